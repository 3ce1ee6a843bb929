"""Loads tokenizer and model exactly as asked, or fails."""

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers import __version__ as transformers_version

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def load_tokenizer(spec):
    return AutoTokenizer.from_pretrained(spec["path"], **hub_arguments(spec))


def load_model(spec):
    if spec["threads"] is not None:
        torch.set_num_threads(spec["threads"])
    torch.set_float32_matmul_precision("high" if spec["allowTf32"] else "highest")
    torch.manual_seed(spec["seed"])
    device = find_device(spec["device"])
    model = build_model(spec, device) if spec["isRandom"] else read_model(spec, device)
    model.eval()
    check_device(model, device, spec)
    check_attention(model, spec)
    if spec["compile"] is not None:
        model.compile(**spec["compile"])
    return model


def load_assistant(spec, model):
    """The draft model, on the device of the one it drafts for; None without one."""
    if spec["assistant"] is None:
        return None
    arguments = {**hub_arguments({**spec, "revision": None}), dtype_key(): model.dtype}
    if spec["assistantIsRandom"]:
        config = AutoConfig.from_pretrained(spec["assistant"])
        with torch.device(model.device):
            assistant = AutoModelForCausalLM.from_config(config, **{dtype_key(): model.dtype})
    else:
        assistant = AutoModelForCausalLM.from_pretrained(spec["assistant"], **arguments)
    assistant = assistant.to(model.device).eval()
    if spec["numAssistantTokens"] is not None:
        assistant.generation_config.num_assistant_tokens = spec["numAssistantTokens"]
        assistant.generation_config.num_assistant_tokens_schedule = "constant"
    return assistant


def find_device(asked):
    """The device by name; `auto` is the first accelerator that torch can use, else the CPU."""
    if asked != "auto":
        device = torch.device(asked)
        # Fails here, in plain words of torch, when there is no such device.
        torch.empty(1, device=device)
        return indexed(device)
    if torch.cuda.is_available():
        return torch.device("cuda", 0)
    if hasattr(torch, "xpu") and torch.xpu.is_available():
        return torch.device("xpu", 0)
    if torch.backends.mps.is_available():
        return torch.device("mps", 0)
    return torch.device("cpu")


def indexed(device):
    """`cuda` is `cuda:0`, as the parameters of a model have it."""
    if device.type == "cpu" or device.index is not None:
        return device
    return torch.device(device.type, 0)


def build_model(spec, device):
    """From its dimensions alone, with random weights made where they are used: no file is as large as the model."""
    config = AutoConfig.from_pretrained(spec["path"])
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(
            config, **{dtype_key(): DTYPES[spec["dtype"]]}, **attention_arguments(spec)
        )
    return model.to(device)


def read_model(spec, device):
    dtype = "auto" if spec["dtype"] is None else DTYPES[spec["dtype"]]
    is_mapped = spec["deviceMap"] is not None
    quantization = quantization_of(spec)
    arguments = {
        **hub_arguments(spec),
        **attention_arguments(spec),
        dtype_key(): dtype,
        **({"device_map": spec["deviceMap"]} if is_mapped else {}),
        **({"max_memory": max_memory(spec)} if spec["maxMemory"] is not None else {}),
    }
    if quantization is not None:
        arguments["quantization_config"] = quantization
        # Weights are quantized while they are put where they belong.
        arguments.setdefault("device_map", {"": device})
    model = AutoModelForCausalLM.from_pretrained(spec["path"], **arguments)
    return model if is_mapped or quantization is not None else model.to(device)


def quantization_of(spec):
    if spec["quantization"] is None:
        return None
    from transformers import BitsAndBytesConfig

    options = dict(spec["quantization"])
    if "bnb_4bit_compute_dtype" in options:
        options["bnb_4bit_compute_dtype"] = DTYPES[options["bnb_4bit_compute_dtype"]]
    return BitsAndBytesConfig(**options)


def max_memory(spec):
    """Keys are numbers of accelerators or `cpu`."""
    return {int(key) if key.isdigit() else key: size for key, size in spec["maxMemory"].items()}


def check_device(model, device, spec):
    found = {str(parameter.device) for parameter in model.parameters()}
    if spec["deviceMap"] is None and found != {str(device)}:
        raise RuntimeError(f"expected the model on {device}, found it on {', '.join(sorted(found))}")


def check_attention(model, spec):
    asked, found = spec["attention"], getattr(model.config, "_attn_implementation", None)
    if asked is not None and found != asked:
        raise RuntimeError(f"expected attn_implementation {asked}, transformers took {found}")


def hub_arguments(spec):
    return {
        "trust_remote_code": spec["trustRemoteCode"],
        **({} if spec["revision"] is None else {"revision": spec["revision"]}),
    }


def attention_arguments(spec):
    return {} if spec["attention"] is None else {"attn_implementation": spec["attention"]}


def dtype_key():
    """The name of the argument changed with transformers 4.56."""
    major, minor = (int(part) for part in transformers_version.split(".")[:2])
    return "dtype" if (major, minor) >= (4, 56) else "torch_dtype"
