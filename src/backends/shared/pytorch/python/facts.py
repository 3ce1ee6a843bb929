"""What is known of a loaded model, and what the engine really uses."""

import importlib.metadata
import math
import os
import platform
import resource
import sys

import torch

# As safetensors names them.
TYPE_NAMES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int8": "I8",
    "uint8": "U8",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
}


def describe_model(model):
    config = text_config(model.config)
    parameters = list(named_parameters(model))
    counts = {name: count_of(parameter) for name, parameter in parameters}
    heads = getattr(config, "num_attention_heads", None)
    hidden = getattr(config, "hidden_size", None)
    head_size = getattr(config, "head_dim", None) or (hidden and heads and hidden // heads)
    kv_heads = getattr(config, "num_key_value_heads", None) or heads
    return {
        "architecture": model.config.model_type,
        "parameterCount": sum(counts.values()),
        "activeParameterCount": active_count(model, parameters, counts),
        "layerCount": getattr(config, "num_hidden_layers", None),
        "attentionWidth": heads and head_size and heads * head_size,
        "cacheWidth": kv_heads and head_size and 2 * kv_heads * head_size,
        "weightType": commonest_type(parameters, counts),
        "weightBytes": sum(p.numel() * p.element_size() for _, p in parameters),
        "contextLength": getattr(config, "max_position_embeddings", None),
        "transformers": version_of("transformers"),
        "torch": torch.__version__,
        "isUnusedGpu": has_gpu_driver() and all(p.device.type == "cpu" for _, p in parameters),
        "isOffloaded": is_offloaded(model),
    }


def describe_settings(model, spec):
    config = model.config
    packages = ["accelerate", "bitsandbytes", "tokenizers", "triton", "flash-attn"]
    quantization = getattr(config, "quantization_config", None)
    found = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": version_of("transformers"),
        **{name.replace("-", "_"): version_of(name) for name in packages},
        "model_class": type(model).__name__,
        "dtype": str(model.dtype).removeprefix("torch."),
        "devices": sorted({str(p.device) for p in model.parameters()}),
        "device_names": device_names(model),
        "device_map": {k: str(v) for k, v in getattr(model, "hf_device_map", {}).items()} or None,
        "attn_implementation": getattr(config, "_attn_implementation", None),
        "quantization": None if quantization is None else plain(quantization),
        "torch_compile": spec["compile"],
        "generation": spec["generation"],
        "threads": torch.get_num_threads(),
        "float32_matmul_precision": torch.get_float32_matmul_precision(),
        "peak_resident_bytes": peak_resident_bytes(),
    }
    if torch.cuda.is_available():
        found.update(
            cuda=torch.version.cuda or torch.version.hip,
            peak_gpu_allocated_bytes=sum(map(torch.cuda.max_memory_allocated, gpus())),
            peak_gpu_reserved_bytes=sum(map(torch.cuda.max_memory_reserved, gpus())),
        )
    return found


def gpus():
    return range(torch.cuda.device_count())


def text_config(config):
    return config.get_text_config() if hasattr(config, "get_text_config") else config


def named_parameters(model):
    """Each once: an output matrix that is the input table appears under one name."""
    return model.named_parameters()


def count_of(parameter):
    """bitsandbytes packs two weights of four bits into a byte, and keeps the shape they had."""
    shape = getattr(getattr(parameter, "quant_state", None), "shape", None)
    return parameter.numel() if shape is None else math.prod(shape)


def active_count(model, parameters, counts):
    """Weights of the matrix products of one token: the input table only when it is the output matrix, experts by share."""
    config = text_config(model.config)
    table = model.get_input_embeddings().weight
    output = model.get_output_embeddings()
    is_tied = output is not None and output.weight is table
    experts = getattr(config, "num_local_experts", None) or getattr(config, "num_experts", None)
    share = 1 if not experts else (getattr(config, "num_experts_per_tok", None) or experts) / experts
    total = 0
    for name, parameter in parameters:
        is_matrix = parameter.dim() > 1 and (is_tied or parameter is not table)
        if is_matrix:
            total += counts[name] * (share if ".experts." in name else 1)
    return round(total)


def commonest_type(parameters, counts):
    by_type = {}
    for name, parameter in parameters:
        kind = getattr(getattr(parameter, "quant_state", None), "quant_type", None)
        dtype = str(parameter.dtype).removeprefix("torch.")
        label = (kind and kind.upper()) or TYPE_NAMES.get(dtype, dtype)
        by_type[label] = by_type.get(label, 0) + counts[name]
    return max(by_type, key=by_type.get)


def is_offloaded(model):
    """True when part of a mapped model lies outside the accelerator that the rest is on."""
    places = {str(place) for place in getattr(model, "hf_device_map", {}).values()}
    return len(places) > 1 and not places.isdisjoint({"cpu", "disk"})


def has_gpu_driver():
    return any(map(os.path.exists, ["/dev/nvidiactl", "/dev/kfd"]))


def device_names(model):
    devices = sorted({str(p.device) for p in model.parameters()})
    return [torch.cuda.get_device_name(d) if d.startswith("cuda") else d for d in devices]


def plain(quantization):
    """Of a config that may be a dictionary or an object, what JSON can hold."""
    values = quantization if isinstance(quantization, dict) else quantization.to_dict()
    return {k: v if isinstance(v, (bool, int, float, str)) or v is None else str(v) for k, v in values.items()}


def version_of(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def resident_bytes():
    """Memory of this process now; None where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def peak_resident_bytes():
    """getrusage(2): kilobytes, on macOS bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
