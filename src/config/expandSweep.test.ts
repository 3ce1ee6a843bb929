import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { expandSweep } from './expandSweep.ts'
import { sweepDimensions } from './sweepDimensions.ts'

const backends = ['llamacpp', 'pytorch', 'vllm']

function expand(shared: Record<string, unknown>, sweep: Record<string, unknown>) {
  const { dimensions, problems } = sweepDimensions(sweep, backends)
  assert.deepEqual(problems, [])
  const expansion = expandSweep({ shared, dimensions, backends, defaultBackend: 'llamacpp' })
  const experiments = [...expansion.experiments()].map(({ fields }) => fields)
  assert.equal(experiments.length, expansion.count)
  return experiments
}

const problemsOf = (sweep: Record<string, unknown>): string[] =>
  sweepDimensions(sweep, backends).problems.map(
    ({ path, message }) => `${path.join('/')}: ${message}`,
  )

test('axes are crossed, the last one changing fastest', () => {
  assert.deepEqual(expand({ model: 'm' }, { n: [1, 2], 'decoder.temperature': [0, 0.5] }), [
    { model: 'm', n: 1, decoder: { temperature: 0 } },
    { model: 'm', n: 1, decoder: { temperature: 0.5 } },
    { model: 'm', n: 2, decoder: { temperature: 0 } },
    { model: 'm', n: 2, decoder: { temperature: 0.5 } },
  ])
})

test('a group is a list of alternatives, with mini-grids inside and {} for none', () => {
  const experiments = expand(
    { model: 'm', backend: 'pytorch' },
    {
      'pytorch.batch_size': [1, 4],
      n: [50, 100],
      'pytorch.quantization': [
        {},
        { 'pytorch.load_in_8bit': true },
        { 'pytorch.load_in_4bit': true, 'pytorch.bnb_4bit_quant_type': ['nf4', 'fp4'] },
      ],
    },
  )
  assert.equal(experiments.length, 16)
  assert.deepEqual(experiments.at(-1), {
    model: 'm',
    backend: 'pytorch',
    n: 100,
    pytorch: { batch_size: 4, load_in_4bit: true, bnb_4bit_quant_type: 'fp4' },
  })
})

test("a backend's own axes multiply its experiments only", () => {
  const experiments = expand(
    { model: 'm' },
    {
      backend: ['pytorch', 'vllm'],
      'pytorch.batch_size': [1, 2],
      'vllm.max_num_seqs': [8, 16, 32],
      n: [5],
    },
  )
  assert.deepEqual(
    experiments.map(({ backend }) => backend),
    ['pytorch', 'pytorch', 'vllm', 'vllm', 'vllm'],
  )
  assert.ok(experiments.every((one) => !(one['backend'] === 'vllm' && 'pytorch' in one)))
})

test('backends whose keys are swept are implied when none is named', () => {
  const experiments = expand(
    { model: 'm' },
    { 'vllm.max_num_seqs': [8], 'pytorch.batch_size': [1, 2] },
  )
  assert.deepEqual(
    experiments.map(({ backend }) => backend),
    ['vllm', 'pytorch', 'pytorch'],
  )
})

test('a shared section of a backend goes to that backend alone', () => {
  const experiments = expand(
    { model: 'm', vllm: { enforce_eager: true }, pytorch: { batch_size: 2 } },
    { backend: ['pytorch', 'vllm'] },
  )
  assert.deepEqual(experiments, [
    { model: 'm', backend: 'pytorch', pytorch: { batch_size: 2 } },
    { model: 'm', backend: 'vllm', vllm: { enforce_eager: true } },
  ])
})

test('one experiment never changes what another holds', () => {
  const shared = { decoder: { preset: 'standard' } }
  const [first, second] = expand(shared, { 'decoder.temperature': [0.1, 0.9] })
  assert.deepEqual(first, { decoder: { preset: 'standard', temperature: 0.1 } })
  assert.deepEqual(second, { decoder: { preset: 'standard', temperature: 0.9 } })
  assert.deepEqual(shared, { decoder: { preset: 'standard' } })
})

test('a group and an axis on one field are a conflict, and so is a field inside a field', () => {
  assert.match(
    problemsOf({ n: [1], g: [{ n: 2 }] }).join(),
    /sweep\/g\/0\/n: .*found n here and in sweep\.n/,
  )
  assert.equal(problemsOf({ decoder: [{ preset: 'standard' }], 'decoder.top_k': [1] }).length, 0)
  assert.equal(problemsOf({ g: [{ decoder: {} }], 'decoder.top_k': [1] }).length, 1)
})

test('an empty list and a mixed list are problems, all reported at once', () => {
  const problems = problemsOf({ n: [], model: ['a', { b: 1 }] })
  assert.equal(problems.length, 2)
})

test('a single value is an axis of one', () => {
  assert.deepEqual(expand({}, { n: 3 }), [{ n: 3 }])
})

test('the count is the product rule for any study', () => {
  const axis = fc.array(fc.integer(), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('n', 'a', 'b', 'decoder.top_k'), axis),
      fc.dictionary(fc.constantFrom('vllm.x', 'vllm.y'), axis),
      fc.subarray(['llamacpp', 'vllm'], { minLength: 1 }),
      (general, own, chosen) => {
        const size = (axes: Record<string, unknown[]>): number =>
          Object.values(axes).reduce((product, values) => product * values.length, 1)
        const expected = chosen.reduce(
          (sum, backend) => sum + size(general) * (backend === 'vllm' ? size(own) : 1),
          0,
        )
        assert.equal(expand({}, { backend: chosen, ...general, ...own }).length, expected)
      },
    ),
  )
})
