import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findVisibleGpus } from './findVisibleGpus.ts'

const boards = [
  { uuid: 'GPU-aa11', name: 'A', busId: '00000000:41:00.0' },
  { uuid: 'GPU-bb22', name: 'A', busId: '00000000:01:00.0' },
  { uuid: 'GPU-aa33', name: 'A', busId: '00000001:01:00.0' },
]
const unlike = boards.map((board, i) => ({ ...board, name: i === 0 ? 'B' : 'A' }))

function find(written: string | undefined, { among = boards, order = '' } = {}) {
  return findVisibleGpus({
    boards: among,
    env: {
      ...(written === undefined ? {} : { CUDA_VISIBLE_DEVICES: written }),
      ...(order === '' ? {} : { CUDA_DEVICE_ORDER: order }),
    },
    migParent: (uuid) => (uuid.startsWith('MIG-1') ? 'GPU-aa11' : null),
  })
}
const uuids = (written: string | undefined) =>
  find(written).gpus.map(({ board }) => board?.uuid ?? null)

test('without the variable every board is visible, in PCI order', () => {
  assert.deepEqual(uuids(undefined), ['GPU-bb22', 'GPU-aa11', 'GPU-aa33'])
})

test('numbers are positions in PCI order, and the list sets the order of the devices', () => {
  assert.deepEqual(uuids('2, 0'), ['GPU-aa33', 'GPU-bb22'])
})

test('an entry that names no board ends the list', () => {
  assert.deepEqual(uuids('0,-1,1'), ['GPU-bb22'])
  assert.deepEqual(uuids('0,7,1'), ['GPU-bb22'])
  assert.deepEqual(uuids('1,none,0'), ['GPU-aa11'])
  assert.deepEqual(uuids(''), [])
})

test('a UUID may be cut short while it names one board', () => {
  assert.deepEqual(uuids('GPU-b'), ['GPU-bb22'])
  assert.deepEqual(uuids('GPU-aa'), [])
})

test('MIG instances are their board, once', () => {
  assert.deepEqual(find('MIG-1a,MIG-1b').gpus, [{ board: boards[0], migUuid: 'MIG-1a' }])
  assert.deepEqual(uuids('MIG-GPU-bb22/1/0'), ['GPU-bb22'])
})

test('a MIG instance of an unknown board is visible without one', () => {
  assert.deepEqual(find('MIG-9').gpus, [{ board: null, migUuid: 'MIG-9' }])
})

test('numbers of unlike boards get a warning unless CUDA counts in PCI order too', () => {
  const codes = (written: string, order = '') =>
    find(written, { among: unlike, order }).warnings.map(({ code }) => code)
  assert.deepEqual(codes('0'), ['GPU_ORDER_ASSUMED'])
  assert.deepEqual(codes('0', 'PCI_BUS_ID'), [])
  assert.deepEqual(codes('GPU-b'), [])
  assert.deepEqual(find('0').warnings, [])
})
