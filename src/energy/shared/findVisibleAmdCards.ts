/** Which AMD GPUs a ROCm program sees, in its order, from the variables that ROCm reads. */

import type { Environment } from '../../core/context.ts'
import { type AmdCard, kfdNodes } from './findAmdCards.ts'
import { openSysfs } from './sysfs.ts'

/**
 * ROCm numbers GPUs by the kernel's compute topology, not by PCI address; without a topology PCI order must do.
 * ROCR_VISIBLE_DEVICES chooses by number or UUID, HIP_VISIBLE_DEVICES (or CUDA_VISIBLE_DEVICES) by number among those.
 * https://rocm.docs.amd.com/en/latest/conceptual/gpu-isolation.html
 */
export function findVisibleAmdCards(
  cards: readonly AmdCard[],
  { root, env }: { root: string; env: Environment },
): AmdCard[] {
  const nodes = kfdNodes(openSysfs(root)).flatMap(({ busId }) => {
    const card = cards.find((one) => one.busId === busId)
    return card === undefined ? [] : [card]
  })
  const ordered = nodes.length === 0 ? [...cards] : nodes
  const runtime = choose(ordered, env['ROCR_VISIBLE_DEVICES'])
  return choose(runtime, env['HIP_VISIBLE_DEVICES'] ?? env['CUDA_VISIBLE_DEVICES'])
}

/** As with CUDA, an entry that names no GPU ends the list. */
function choose(cards: readonly AmdCard[], written: string | undefined): AmdCard[] {
  if (written === undefined) return [...cards]
  const chosen: AmdCard[] = []
  for (const entry of written.split(',').map((text) => text.trim())) {
    const card = /^\d+$/.test(entry)
      ? cards[Number(entry)]
      : cards.find(({ uuid }) => uuid !== null && uuid.toLowerCase() === entry.toLowerCase())
    if (card === undefined) break
    if (!chosen.includes(card)) chosen.push(card)
  }
  return chosen
}
