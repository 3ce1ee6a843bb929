/** Whether a plug-in can be used on this machine, and if not, why and what to type. A probe never throws. */

export type Availability =
  | { status: 'available'; detail: string }
  | { status: 'unavailable'; reason: string; fix: string | null }
