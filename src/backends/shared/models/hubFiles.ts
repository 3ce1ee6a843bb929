/** The small files of a model directory for `synthetic/<shape>`: what it is, and a tokenizer with one token per byte. */

import { bosId, byteTokens, eosId } from './byteVocabulary.ts'
import type { HubDtype } from './planSafetensors.ts'
import type { ModelShape } from './shapes.ts'
import { standardDeviation } from './weightFormats.ts'

/** Texts by file name. */
export function hubFiles(shape: ModelShape, dtype: HubDtype): Readonly<Record<string, string>> {
  const files = {
    'config.json': config(shape, dtype),
    'generation_config.json': {
      bos_token_id: bosId,
      eos_token_id: eosId,
      pad_token_id: eosId,
      do_sample: false,
    },
    'tokenizer.json': tokenizer(shape.vocabularySize),
    'tokenizer_config.json': {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: '<bos>',
      eos_token: '<eos>',
      pad_token: '<eos>',
      // transformers 5 loads its own tokenizer class for this architecture, which would add a token to have this one.
      ...(shape.architecture === 'qwen2' ? { unk_token: '<eos>' } : {}),
      padding_side: 'left',
      clean_up_tokenization_spaces: false,
      model_max_length: shape.contextLength,
    },
  }
  const texts = Object.entries(files).map(([name, value]) => [
    name,
    // The vocabulary is the one that is long.
    `${JSON.stringify(value, null, name === 'tokenizer.json' ? 0 : 2)}\n`,
  ])
  return Object.fromEntries(texts)
}

const classNames = {
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
} as const
const dtypeNames = { fp32: 'float32', fp16: 'float16', bf16: 'bfloat16' } as const

/** Keys as the published models of these architectures have them. */
function config(shape: ModelShape, dtype: HubDtype) {
  return {
    architectures: [classNames[shape.architecture]],
    model_type: shape.architecture,
    torch_dtype: dtypeNames[dtype],
    vocab_size: shape.vocabularySize,
    hidden_size: shape.hiddenSize,
    intermediate_size: shape.intermediateSize,
    num_hidden_layers: shape.layerCount,
    num_attention_heads: shape.headCount,
    num_key_value_heads: shape.kvHeadCount,
    head_dim: shape.headSize,
    hidden_act: 'silu',
    max_position_embeddings: shape.contextLength,
    rms_norm_eps: shape.normEpsilon,
    rope_theta: shape.ropeTheta,
    tie_word_embeddings: shape.hasTiedEmbeddings,
    initializer_range: standardDeviation,
    bos_token_id: bosId,
    eos_token_id: eosId,
    pad_token_id: eosId,
    use_cache: true,
    // Of the Qwen models the biases of query, key and value are decided by the architecture.
    ...(shape.architecture === 'qwen2' ? {} : { attention_bias: false }),
    ...(shape.architecture === 'llama' ? { mlp_bias: false } : { use_sliding_window: false }),
  }
}

/** `tokenizer.json` of the tokenizers library: byte pairs without a merge, nothing added before or after. */
function tokenizer(size: number) {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false }
  const special = (id: number, content: string) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [special(bosId, '<bos>'), special(eosId, '<eos>')],
    normalizer: null,
    pre_tokenizer: { ...byteLevel, use_regex: false },
    post_processor: null,
    decoder: { ...byteLevel, use_regex: false },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(byteTokens(size).map((token, id) => [token, id])),
      merges: [],
    },
  }
}
