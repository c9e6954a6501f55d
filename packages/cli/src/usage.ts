export const USAGE = `rookery shows who is registered, and takes one out of the way.

  rookery instances [service ...]   lists the instances now
  rookery watch [service ...]       prints who comes, changes and goes, until Ctrl-C
  rookery top [service ...]         shows the instances again and again, until Ctrl-C
  rookery drain <id>                asks an instance to drain: it serves on, and gets no new calls while others are up
  rookery undrain <id>              asks it to be up again

Without names it looks at all services.

  --json                        prints JSON: instances a list, watch and top a line each time, drain a line
  --directory <path>            the directory of the lease files; default: that of leaseFileRegistry()
  --namespace <name>            the namespace in it; default: default
  --registry <module>#<export>  another registry: a module that exports it, or a function that makes it;
                                without #<export> the default export
  --interval <duration>         top: the time between two tables; default: 1s
  --count <n>                   top: ends after so many tables
  --undo                        drain: the same as undrain
  --service <name>              drain: the service of the instance, where several have one of that id
  --timeout <duration>          drain: how long to wait for the answer; default: 10s
  -h, --help
  --version

Exit codes: 0 done, 1 a service that was named has no instance, or the instance is not there or has not answered,
2 wrong usage or no answer from the registry.`;
