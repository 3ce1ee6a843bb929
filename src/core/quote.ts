/** Foreign text as it may be shown in a message. */

/** Text in quotes, control characters escaped, the middle of a long one left out. */
export function quote(text: string): string {
  const shown = text.length <= 60 ? text : `${text.slice(0, 40)}...${text.slice(-10)}`
  // JSON leaves DEL and the C1 controls as they are; a terminal would obey them.
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
