/**
 * A function of the options that is asked about a result. It may declare what results it expects, as in
 * `(answer: Response) => answer.status === 503`. That is a claim of whoever writes it: the policies do not know what the
 * calls return, and the compiler does not compare the two.
 *
 * It is written as a method, because the compiler lets the parameters of a method be narrower than what is declared here.
 */
export type ResultPredicate<Rest extends readonly unknown[] = []> = {
  ask(result: unknown, ...rest: Rest): boolean;
}['ask'];
