import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findSensorCard, type SensorReading } from './sensorCards.ts'

const table: {
  name: string
  architecture: string | null
  reading: SensorReading
  expected: [updatePeriodMs: number, averagingWindowMs: number | null, share: number | null] | null
}[] = [
  { name: 'Tesla K80', architecture: null, reading: 'instant', expected: [20, null, null] },
  {
    name: 'Tesla V100-SXM2-32GB',
    architecture: 'Volta',
    reading: 'average',
    expected: [20, 10, 0.5],
  },
  { name: 'Tesla T4', architecture: 'Turing', reading: 'instant', expected: [100, 100, 1] },
  {
    name: 'NVIDIA A100-SXM4-80GB',
    architecture: 'Ampere',
    reading: 'instant',
    expected: [100, 25, 0.25],
  },
  {
    name: 'NVIDIA A100 80GB PCIe',
    architecture: 'Ampere',
    reading: 'average',
    expected: [100, 25, 0.25],
  },
  {
    name: 'NVIDIA GeForce RTX 3090',
    architecture: 'Ampere',
    reading: 'instant',
    expected: [100, 100, 1],
  },
  { name: 'NVIDIA RTX A6000', architecture: null, reading: 'average', expected: [100, 1000, 1] },
  {
    name: 'NVIDIA H100 80GB HBM3',
    architecture: 'Hopper',
    reading: 'instant',
    expected: [100, 25, 0.25],
  },
  { name: 'NVIDIA H200', architecture: null, reading: 'average', expected: [100, 1000, 1] },
  {
    name: 'NVIDIA GH200 480GB',
    architecture: 'Hopper',
    reading: 'instant',
    expected: [100, 20, 0.2],
  },
  { name: 'NVIDIA L40S', architecture: 'Ada', reading: 'average', expected: [100, 1000, 1] },
  { name: 'NVIDIA L40S', architecture: 'Ada', reading: 'instant', expected: null },
  { name: 'NVIDIA B200', architecture: 'Blackwell', reading: 'instant', expected: null },
  {
    name: 'NVIDIA B200',
    architecture: 'Blackwell',
    reading: 'counter',
    expected: [100, null, null],
  },
  {
    name: 'AMD Instinct MI250X',
    architecture: null,
    reading: 'counter',
    expected: [1, null, null],
  },
  { name: 'AMD Instinct MI210', architecture: null, reading: 'instant', expected: null },
]

for (const { name, architecture, reading, expected } of table) {
  test(`the card of ${reading} readings of ${name} is ${expected ?? 'unknown'}`, () => {
    const card = findSensorCard({ name, architecture, reading })
    const found = card && [card.updatePeriodMs, card.averagingWindowMs, card.observedShare]
    assert.deepEqual(found, expected)
    assert.ok(card === null || card.source.length > 0)
  })
}
