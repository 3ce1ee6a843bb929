import assert from 'node:assert/strict'
import { test } from 'node:test'
import { devicePeak } from './devicePeaks.ts'

/** Name of the driver, 16 bits, 8 bits, gigabytes per second. */
const known: readonly (readonly [string, number, number | null, number])[] = [
  ['NVIDIA B200', 2250, 4500, 8000],
  ['NVIDIA GH200 480GB', 989.4, 1978.9, 4000],
  ['NVIDIA GH200 144G HBM3e', 989.4, 1978.9, 4900],
  ['NVIDIA H200', 989.4, 1978.9, 4800],
  ['NVIDIA H200 NVL', 835.5, 1670.5, 4800],
  ['NVIDIA H100 80GB HBM3', 989.4, 1978.9, 3350],
  ['NVIDIA H100 PCIe', 756, 1513, 2000],
  ['NVIDIA H100 NVL', 835.5, 1670.5, 3900],
  ['NVIDIA A100-SXM4-40GB', 312, 624, 1555],
  ['NVIDIA A100-SXM4-80GB', 312, 624, 2039],
  ['NVIDIA A100 80GB PCIe', 312, 624, 1935],
  ['NVIDIA A10', 125, 250, 600],
  ['NVIDIA L4', 121, 242.5, 300],
  ['NVIDIA L40S', 362.05, 733, 864],
  ['Tesla T4', 65, 130, 300],
  ['Tesla V100-SXM2-32GB', 125, null, 900],
  ['AMD Instinct MI300X', 1307.4, 2614.9, 5300],
]

for (const [name, halfTeraflops, byteTeraflops, gigabytesPerSecond] of known) {
  test(`${name} has the dense peaks of its document`, () => {
    const { source, ...peak } = devicePeak(name) ?? { source: '' }
    assert.deepEqual(peak, { halfTeraflops, byteTeraflops, gigabytesPerSecond })
    assert.match(source, /data sheet|white paper/)
  })
}

test('parts that only look like a listed one have no peaks', () => {
  for (const name of [
    'NVIDIA A10G',
    'NVIDIA H20',
    'NVIDIA GeForce RTX 3090 Ti',
    'Tesla V100-PCIE-16GB',
  ]) {
    assert.equal(devicePeak(name), null, name)
  }
})
