/** Tells what happens, and remembers whether everything that had to hold did. */
export class Story {
  #failed = 0;
  #chapter = 0;

  get holds(): boolean {
    return this.#failed === 0;
  }

  chapter(title: string): void {
    this.#chapter += 1;
    console.log(`\n${bold(`${this.#chapter}. ${title}`)}`);
  }

  tell(...lines: readonly string[]): void {
    for (const line of lines) console.log(`   ${line}`);
  }

  /** Something that must hold for the demo to have succeeded. */
  check(claim: string, holds: boolean): void {
    if (!holds) this.#failed += 1;
    console.log(`   ${holds ? green('✔') : red('✘')} ${claim}`);
  }
}

const colored = process.stdout.isTTY && !process.env['NO_COLOR'];
const paint = (code: number) => (text: string) => (colored ? `\u001B[${code}m${text}\u001B[0m` : text);
const bold = paint(1);
const green = paint(32);
const red = paint(31);
