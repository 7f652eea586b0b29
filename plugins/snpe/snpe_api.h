// SNPE's C API as far as this plugin uses it: declared here, so that it builds without the SDK.
//
// Every prototype and value was compared with Qualcomm's own headers, as public repositories carry them:
//   QAIRT 2.22.6.240515: SNPE/SNPE.h, SNPE/SNPEUtil.h, DlSystem/DlError.h (repository
//   budcribar/QualcommNPU, commit b1daf672), and its sdk.yaml; a later QAIRT without a version in its files:
//   SNPE/SNPEBuilder.h, DlSystem/DlEnums.h (repository kyungraekim/qnn, commit be158f55), which were not read
//   in 2.22.6; SNPE 2.x of 2022-2023 (Qualcomm's copyright lines, BSD-3-Clause publication):
//   DlSystem/IUserBuffer.h, IBufferAttributes.h, UserBufferMap.h, StringList.h, TensorShape.h, RuntimeList.h,
//   PlatformConfig.h, DlVersion.h, DlContainer/DlContainer.h, DiagLog/IDiagLog.h, DiagLog/Options.h.
// All handles are `void*` there. A function whose name ends in _Ref lends its handle; any other gives it
// away, to be deleted by the function that belongs to it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::snpe {

using Handle = void*;
using ErrorCode = int;  // Snpe_ErrorCode_t (DlError.h); 0 is SNPE_SUCCESS.

// DlEnums.h: Snpe_Runtime_t.
enum Runtime : int {
  kRuntimeCpu = 0,        // SNPE_RUNTIME_CPU_FLOAT32
  kRuntimeGpu = 1,        // SNPE_RUNTIME_GPU_FLOAT32_16_HYBRID: data in 16 bits, arithmetic in 32
  kRuntimeDsp = 2,        // SNPE_RUNTIME_DSP_FIXED8_TF
  kRuntimeGpuFloat16 = 3  // SNPE_RUNTIME_GPU_FLOAT16: data and arithmetic in 16 bits
};

// DlEnums.h: Snpe_RuntimeCheckOption_t.
enum RuntimeCheck : int { kCheckNormal = 0, kCheckUnsignedPd = 2 };

// DlEnums.h: Snpe_ProfilingLevel_t. Only the detailed and the linting level tell layers.
enum ProfilingLevel : int { kProfilingOff = 0, kProfilingDetailed = 2, kProfilingLinting = 4 };

// IUserBuffer.h: Snpe_UserBufferEncoding_ElementType_t.
enum ElementType : int {
  kElementUnknown = 0,
  kElementFloat = 1,
  kElementFloat16 = 3,
  kElementTf8 = 10,
  kElementTf16 = 11,
  kElementInt32 = 12,
  kElementUint32 = 13,
  kElementInt8 = 14,
  kElementUint8 = 15,
  kElementInt16 = 16,
  kElementUint16 = 17,
  kElementInt64 = 19,
  kElementUint64 = 20
};

// clang-format off
// X(result, name without Snpe_, parameters). The library is refused when one of these is missing.
#define ASSAY_SNPE_REQUIRED(X)                                                                   \
  /* DlSystem/DlError.h */                                                                       \
  X(ErrorCode, ErrorCode_getLastErrorCode, ())                                                   \
  X(const char*, ErrorCode_GetLastErrorString, ())                                               \
  /* DlSystem/DlVersion.h, SNPE/SNPEUtil.h */                                                    \
  X(Handle, Util_GetLibraryVersion, ())                                                          \
  X(const char*, DlVersion_ToString, (Handle))                                                   \
  X(ErrorCode, DlVersion_Delete, (Handle))                                                       \
  X(int, Util_IsRuntimeAvailableCheckOption, (int runtime, int check))                           \
  X(Handle, Util_CreateUserBuffer, (void* buffer, size_t bytes, Handle strides, Handle encoding)) \
  /* DlContainer/DlContainer.h */                                                                \
  X(Handle, DlContainer_Open, (const char* path))                                                \
  X(ErrorCode, DlContainer_Save, (Handle, const char* path))                                     \
  X(ErrorCode, DlContainer_Delete, (Handle))                                                     \
  /* DlSystem/RuntimeList.h */                                                                   \
  X(Handle, RuntimeList_Create, ())                                                              \
  X(ErrorCode, RuntimeList_Add, (Handle, int runtime))                                           \
  X(ErrorCode, RuntimeList_Delete, (Handle))                                                     \
  /* DlSystem/PlatformConfig.h */                                                                \
  X(Handle, PlatformConfig_Create, ())                                                           \
  X(int, PlatformConfig_SetPlatformOptions, (Handle, const char* options))                       \
  X(int, PlatformConfig_SetPlatformOptionValue, (Handle, const char* name, const char* value))   \
  X(ErrorCode, PlatformConfig_Delete, (Handle))                                                  \
  /* SNPE/SNPEBuilder.h */                                                                       \
  X(Handle, SNPEBuilder_Create, (Handle container))                                              \
  X(ErrorCode, SNPEBuilder_Delete, (Handle))                                                     \
  X(ErrorCode, SNPEBuilder_SetRuntimeProcessorOrder, (Handle, Handle runtimes))                  \
  X(ErrorCode, SNPEBuilder_SetUseUserSuppliedBuffers, (Handle, int))                             \
  X(ErrorCode, SNPEBuilder_SetPerformanceProfile, (Handle, int))                                 \
  X(ErrorCode, SNPEBuilder_SetProfilingLevel, (Handle, int))                                     \
  X(ErrorCode, SNPEBuilder_SetExecutionPriorityHint, (Handle, int))                              \
  X(ErrorCode, SNPEBuilder_SetInitCacheMode, (Handle, int))                                      \
  X(ErrorCode, SNPEBuilder_SetPlatformConfig, (Handle, Handle config))                           \
  X(Handle, SNPEBuilder_Build, (Handle))                                                         \
  /* SNPE/SNPE.h */                                                                              \
  X(ErrorCode, SNPE_Delete, (Handle))                                                            \
  X(Handle, SNPE_GetInputTensorNames, (Handle))                                                  \
  X(Handle, SNPE_GetOutputTensorNames, (Handle))                                                 \
  X(Handle, SNPE_GetInputOutputBufferAttributes, (Handle, const char* tensor))                   \
  X(ErrorCode, SNPE_ExecuteUserBuffers, (Handle, Handle inputs, Handle outputs))                 \
  X(Handle, SNPE_GetDiagLogInterface_Ref, (Handle))                                              \
  /* DlSystem/StringList.h */                                                                    \
  X(size_t, StringList_Size, (Handle))                                                           \
  X(const char*, StringList_At, (Handle, size_t index))                                          \
  X(ErrorCode, StringList_Delete, (Handle))                                                      \
  /* DlSystem/IBufferAttributes.h */                                                             \
  X(int, IBufferAttributes_GetEncodingType, (Handle))                                            \
  X(Handle, IBufferAttributes_GetDims, (Handle))                                                 \
  X(Handle, IBufferAttributes_GetEncoding_Ref, (Handle))                                         \
  X(ErrorCode, IBufferAttributes_Delete, (Handle))                                               \
  /* DlSystem/TensorShape.h */                                                                   \
  X(Handle, TensorShape_CreateDimsSize, (const size_t* dims, size_t rank))                       \
  X(size_t, TensorShape_Rank, (Handle))                                                          \
  X(size_t, TensorShape_At, (Handle, size_t index))                                              \
  X(ErrorCode, TensorShape_Delete, (Handle))                                                     \
  /* DlSystem/IUserBuffer.h */                                                                   \
  X(Handle, UserBufferEncodingFloat_Create, ())                                                  \
  X(ErrorCode, UserBufferEncodingFloat_Delete, (Handle))                                         \
  X(Handle, UserBufferEncodingTfN_Create, (uint64_t step_for_0, float step_size, uint8_t bits))  \
  X(ErrorCode, UserBufferEncodingTfN_Delete, (Handle))                                           \
  X(uint64_t, UserBufferEncodingTfN_GetStepExactly0, (Handle))                                   \
  X(float, UserBufferEncodingTfN_GetQuantizedStepSize, (Handle))                                 \
  X(ErrorCode, IUserBuffer_Delete, (Handle))                                                     \
  /* DlSystem/UserBufferMap.h */                                                                 \
  X(Handle, UserBufferMap_Create, ())                                                            \
  X(ErrorCode, UserBufferMap_Add, (Handle, const char* tensor, Handle buffer))                   \
  X(ErrorCode, UserBufferMap_Delete, (Handle))                                                   \
  /* DiagLog/IDiagLog.h, DiagLog/Options.h */                                                    \
  X(Handle, IDiagLog_GetOptions, (Handle))                                                       \
  X(ErrorCode, IDiagLog_SetOptions, (Handle, Handle options))                                    \
  X(ErrorCode, IDiagLog_Start, (Handle))                                                         \
  X(ErrorCode, IDiagLog_Stop, (Handle))                                                          \
  X(void, Options_SetLogFileDirectory, (Handle, const char* folder))                             \
  X(ErrorCode, Options_Delete, (Handle))

// Not in every release of SNPE 2: whoever needs one asks whether it is there.
#define ASSAY_SNPE_OPTIONAL(X)                                                                   \
  X(ErrorCode, SNPEBuilder_SetCpuFixedPointMode, (Handle, bool))                                 \
  X(Handle, UserBufferEncodingIntN_Create, (uint8_t bits))                                       \
  X(ErrorCode, UserBufferEncodingIntN_Delete, (Handle))                                          \
  X(Handle, UserBufferEncodingUintN_Create, (uint8_t bits))                                      \
  X(ErrorCode, UserBufferEncodingUintN_Delete, (Handle))
// clang-format on

/// The functions of one loaded library, named as there, without "Snpe_".
struct Api {
#define ASSAY_SNPE_POINTER(result, name, parameters) result(*name) parameters = nullptr;
  ASSAY_SNPE_REQUIRED(ASSAY_SNPE_POINTER)
  ASSAY_SNPE_OPTIONAL(ASSAY_SNPE_POINTER)
#undef ASSAY_SNPE_POINTER
};

}  // namespace assay::snpe
