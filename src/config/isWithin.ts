/** Whether `inner` is the place `outer` or a place inside it. */
export function isWithin(
  inner: readonly (string | number)[],
  outer: readonly (string | number)[],
): boolean {
  return outer.every((part, index) => part === inner[index])
}
