/** What devices can do at most, as their makers state it: dense arithmetic and memory bandwidth. */

export interface DevicePeak {
  /** 16-bit floating point with matrix units, without sparsity. */
  halfTeraflops: number
  /** 8-bit floating point or integers likewise; null where there is none. */
  byteTeraflops: number | null
  gigabytesPerSecond: number
  source: string
}

/** By the name that the driver gives; null for a device that is not listed. */
export function devicePeak(name: string): DevicePeak | null {
  const row = rows.find(([pattern]) => pattern.test(name))
  if (row === undefined) return null
  const [, halfTeraflops, byteTeraflops, gigabytesPerSecond, source] = row
  return { halfTeraflops, byteTeraflops, gigabytesPerSecond, source }
}

const nvidia = (part: string): string => `NVIDIA ${part} data sheet`
const amd = (part: string): string => `AMD Instinct ${part} data sheet`

/** The first that fits: variants before their family. Figures with sparsity in the data sheet are halved. */
const rows: readonly (readonly [RegExp, number, number | null, number, string])[] = [
  [/\bB200\b/, 2250, 4500, 8000, nvidia('DGX B200')],
  [/\bGH200\b/, 989.4, 1978.9, 4000, nvidia('GH200')],
  [/\bH200 NVL\b/, 835.5, 1671, 4800, nvidia('H200')],
  [/\bH200\b/, 989.4, 1978.9, 4800, nvidia('H200')],
  [/\bH100 NVL\b/, 835.5, 1671, 3900, nvidia('H100 NVL')],
  [/\bH100 PCIe\b/, 756, 1513, 2000, nvidia('H100')],
  [/\bH100\b/, 989.4, 1978.9, 3350, nvidia('H100')],
  [/\bH20\b/, 148, 296, 4000, nvidia('H20')],
  [/\bA100.*80GB PCIe\b|\bA100-PCIE-80GB\b/, 312, 624, 1935, nvidia('A100')],
  [/\bA100.*80GB\b/, 312, 624, 2039, nvidia('A100')],
  [/\bA100\b/, 312, 624, 1555, nvidia('A100')],
  [/\bA40\b/, 149.7, 299.3, 696, nvidia('A40')],
  [/\bA10\b/, 125, 250, 600, nvidia('A10')],
  [/\bL40S\b/, 362, 733, 864, nvidia('L40S')],
  [/\bL40\b/, 181, 362, 864, nvidia('L40')],
  [/\bL4\b/, 121, 242.5, 300, nvidia('L4')],
  [/\bV100.*SXM2\b/, 125, null, 900, nvidia('V100')],
  [/\bT4\b/, 65, 130, 320, nvidia('T4')],
  [/\bRTX 4090\b/, 165.2, 330.3, 1008, 'NVIDIA Ada GPU architecture white paper'],
  [/\bRTX 3090\b(?! Ti)/, 71, 284, 936, 'NVIDIA GA102 GPU architecture white paper'],
  [/\bMI325X\b/, 1307.4, 2614.9, 6000, amd('MI325X')],
  [/\bMI300X\b/, 1307.4, 2614.9, 5300, amd('MI300X')],
  [/\bMI210\b/, 181, 181, 1638.4, amd('MI210')],
]
