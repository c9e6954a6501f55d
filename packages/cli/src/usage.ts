export const USAGE = `rookery shows who is registered.

  rookery instances [service ...]   lists the instances now
  rookery watch [service ...]       prints who comes, changes and goes, until Ctrl-C
  rookery top [service ...]         shows the instances again and again, until Ctrl-C

Without names it looks at all services.

  --json                        prints JSON: instances a list, watch and top a line each time
  --directory <path>            the directory of the lease files; default: that of leaseFileRegistry()
  --namespace <name>            the namespace in it; default: default
  --registry <module>#<export>  another registry: a module that exports it, or a function that makes it;
                                without #<export> the default export
  --interval <duration>         top: the time between two tables; default: 1s
  --count <n>                   top: ends after so many tables
  -h, --help

Exit codes: 0 done, 1 a service that was named has no instance, 2 wrong usage or no answer from the registry.`;
