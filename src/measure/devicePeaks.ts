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

const nvidia = (document: string): string => `NVIDIA ${document}`
const amd = (part: string): string => `AMD Instinct ${part} data sheet`

const hopper = nvidia('H100 Tensor Core GPU architecture white paper')
const h200 = nvidia('H200 data sheet')
const gh200 = nvidia('GH200 Grace Hopper Superchip data sheet')
const a100 = nvidia('A100 data sheet')

/**
 * The first that fits: variants before their family. Figures with sparsity in the document are halved. Parts whose maker
 * has published no figures, as H20, are left out.
 */
const rows: readonly (readonly [RegExp, number, number | null, number, string])[] = [
  // An eighth of the system; it states no 16-bit figure, which is half of the 8-bit one on these matrix units.
  [/\bB200\b/, 2250, 4500, 8000, nvidia('DGX B200 data sheet')],
  [/\bGH200 144G\b/, 989.4, 1978.9, 4900, gh200],
  [/\bGH200\b/, 989.4, 1978.9, 4000, gh200],
  [/\bH200 NVL\b/, 835.5, 1670.5, 4800, h200],
  [/\bH200\b/, 989.4, 1978.9, 4800, h200],
  [/\bH100 NVL\b/, 835.5, 1670.5, 3900, nvidia('H100 data sheet')],
  [/\bH100 PCIe\b/, 756, 1513, 2000, hopper],
  [/\bH100\b/, 989.4, 1978.9, 3350, `${hopper}; bandwidth: H100 data sheet`],
  [/\bA100.*80GB PCIe\b|\bA100-PCIE-80GB\b/, 312, 624, 1935, a100],
  [/\bA100.*80GB\b/, 312, 624, 2039, a100],
  [/\bA100\b/, 312, 624, 1555, a100],
  [/\bA40\b/, 149.7, 299.3, 696, nvidia('A40 data sheet')],
  [/\bA10\b/, 125, 250, 600, nvidia('A10 data sheet')],
  [/\bL40S\b/, 362.05, 733, 864, nvidia('L40S data sheet')],
  [/\bL40\b/, 181.05, 362, 864, nvidia('L40 data sheet')],
  [/\bL4\b/, 121, 242.5, 300, nvidia('L4 data sheet')],
  [/\bV100.*SXM2\b/, 125, null, 900, nvidia('V100 data sheet')],
  // The clock of its memory makes 320 GB/s; the data sheet says 300.
  [/\bT4\b/, 65, 130, 300, nvidia('T4 data sheet')],
  // Sums are held in 32 bits, as engines hold them; in 16 bits these two do twice as much.
  [/\bRTX 4090\b/, 165.2, 330.3, 1008, nvidia('Ada GPU architecture white paper 2.02, appendix A')],
  [/\bRTX 3090\b(?! Ti)/, 71, 284, 936, nvidia('Ampere GA102 GPU architecture white paper')],
  [/\bMI325X\b/, 1307.4, 2614.9, 6000, amd('MI325X')],
  [/\bMI300X\b/, 1307.4, 2614.9, 5300, amd('MI300X')],
  [/\bMI210\b/, 181, 181, 1638.4, amd('MI210')],
]
