/** Colors of a terminal, or none: the five styles that our texts use. */

export interface Paint {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  yellow(text: string): string
  green(text: string): string
}

/** The styles as escape sequences, or as the text alone. */
export function paintFor(isColor: boolean): Paint {
  const style = (on: number, off: number) => (text: string) =>
    isColor ? `\u001B[${on}m${text}\u001B[${off}m` : text
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    yellow: style(33, 39),
    green: style(32, 39),
  }
}
