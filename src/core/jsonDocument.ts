/** A JSON document with long lists in parts: an indented head, then one line per member, as a person can still read it. */

/** `head` comes first and must have a member; the members of `lists` are JSON texts. Ends with a newline. */
export function* jsonDocument(
  head: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, Iterable<string>>>,
): Generator<string> {
  yield JSON.stringify(head, null, 2).slice(0, -2)
  for (const [name, members] of Object.entries(lists)) {
    yield `,\n  ${JSON.stringify(name)}: [`
    let separator = '\n'
    for (const member of members) {
      yield `${separator}    ${member}`
      separator = ',\n'
    }
    yield separator === '\n' ? ']' : '\n  ]'
  }
  yield '\n}\n'
}
