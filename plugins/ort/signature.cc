#include "ort/signature.h"

namespace assay::onnxruntime {

using plugin::Failure;

assay_dtype dtype_of(ONNXTensorElementDataType type) {
  switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
      return ASSAY_F32;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
      return ASSAY_F16;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16:
      return ASSAY_BF16;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
      return ASSAY_F64;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8:
      return ASSAY_I8;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
      return ASSAY_U8;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16:
      return ASSAY_I16;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16:
      return ASSAY_U16;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
      return ASSAY_I32;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32:
      return ASSAY_U32;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
      return ASSAY_I64;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64:
      return ASSAY_U64;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
      return ASSAY_BOOL;
    default:
      return ASSAY_DTYPE_UNKNOWN;
  }
}

ONNXTensorElementDataType element_type_of(assay_dtype dtype) {
  for (int type = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; type <= ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16; ++type)
    if (dtype_of(static_cast<ONNXTensorElementDataType>(type)) == dtype)
      return static_cast<ONNXTensorElementDataType>(type);
  return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
}

std::vector<Declared> read_signature(const Library& library, OrtSession* session, bool inputs) {
  const OrtApi& api = library.api();
  const auto check = [&](OrtStatus* status) {
    library.check(status, "reading the model's inputs and outputs");
  };
  OrtAllocator* allocator = nullptr;
  check(api.GetAllocatorWithDefaultOptions(&allocator));
  size_t count = 0;
  check(inputs ? api.SessionGetInputCount(session, &count) : api.SessionGetOutputCount(session, &count));

  std::vector<Declared> tensors;
  for (size_t i = 0; i < count; ++i) {
    Declared tensor;
    char* name = nullptr;
    check(inputs ? api.SessionGetInputName(session, i, allocator, &name)
                 : api.SessionGetOutputName(session, i, allocator, &name));
    tensor.shape.name = name;
    check(api.AllocatorFree(allocator, name));

    OrtTypeInfo* raw_type = nullptr;
    check(inputs ? api.SessionGetInputTypeInfo(session, i, &raw_type)
                 : api.SessionGetOutputTypeInfo(session, i, &raw_type));
    const Handle<OrtTypeInfo> type(raw_type, api.ReleaseTypeInfo);
    const OrtTensorTypeAndShapeInfo* info = nullptr;
    check(api.CastTypeInfoToTensorInfo(raw_type, &info));
    if (info == nullptr)
      throw Failure(
          ASSAY_ERROR_UNSUPPORTED,
          "'" + tensor.shape.name + "' is no tensor (a sequence, map or optional): it cannot be bound");
    ONNXTensorElementDataType element_type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    check(api.GetTensorElementType(info, &element_type));
    tensor.dtype = dtype_of(element_type);
    size_t rank = 0;
    check(api.GetDimensionsCount(info, &rank));
    tensor.shape.dims.resize(rank);
    check(api.GetDimensions(info, tensor.shape.dims.data(), rank));
    std::vector<const char*> symbols(rank, "");
    check(api.GetSymbolicDimensions(info, symbols.data(), rank));
    tensor.shape.symbols.assign(symbols.begin(), symbols.end());
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

}  // namespace assay::onnxruntime
