/** What a study says under the name of a runner. */

export function optionsOf(runner: string, settings: Readonly<Record<string, unknown>>): unknown {
  return Object.hasOwn(settings, runner) ? settings[runner] : {}
}
