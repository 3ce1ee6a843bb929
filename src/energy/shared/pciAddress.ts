/** The address of a PCI device as the kernel writes it. */

/** `0000:c1:00.0`; `location` packs bus, device and function as PCI does, in its lowest 16 bits. */
export function formatPciAddress(domain: number, location: number): string {
  const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0')
  const [bus, device, fn] = [(location >> 8) & 0xff, (location >> 3) & 0x1f, location & 7]
  return `${hex(domain, 4)}:${hex(bus, 2)}:${hex(device, 2)}.${fn}`
}
