"""Writes, for classes of TensorRT's headers, a class Unused<NAME> whose every function says its name and ends the program.

The contract library derives from these and overrides what the plugin uses: were a function missing there, the compiler would
say so; were one used that the library does not have, the test would.   make_stubs.py HEADER... OUTPUT"""

import pathlib
import re
import sys

WANTED = {"nvinfer1::apiv": ("VBuilder", "VBuilderConfig", "VNetworkDefinition", "VTensor", "VLayer", "VConvolutionLayer",
                             "VHostMemory", "VRuntime", "VCudaEngine", "VExecutionContext", "VEngineInspector",
                             "VTimingCache"),
          "nvonnxparser": ("IParser", "IParserError")}


def body_of(text, name):
    begin = re.search(rf"^class {name}\b[^;{{]*\{{", text, re.MULTILINE).end()
    return text[begin:text.index("\n};", begin)]


def main(headers, output):
    text = "\n".join(pathlib.Path(header).read_text(encoding="utf-8") for header in headers)
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
    lines = ["#pragma once", "#include <NvInfer.h>", "#include <NvOnnxParser.h>",
             "namespace contract { [[noreturn]] void unused(const char* function) noexcept; }"]
    for namespace, names in WANTED.items():
        lines.append(f"namespace {namespace} {{")
        for name in names:
            lines.append(f"class Unused{name} : public {name} {{\n public:")
            for signature in re.findall(r"\bvirtual\s+([^;{}]*?)\s*=\s*0\s*;", body_of(text, name)):
                if "~" in signature:
                    continue
                function = re.search(r"(\w+)\s*\(", signature).group(1)
                signature = " ".join(re.sub(r"=\s*nullptr", "", signature).split())
                lines.append(f'  {signature} override {{ contract::unused("{name}::{function}"); }}')
            lines.append("};")
        lines.append("}")
    pathlib.Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:-1], sys.argv[-1])
