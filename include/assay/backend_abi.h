/* assay backend ABI, version 1: the one header that a backend plugin needs. Compiles as C11 and as C++17.
 *
 * The life of a session, as the worker drives it:
 *   1. dlopen(plugin); assay_backend(ASSAY_ABI_VERSION) returns the function table.
 *   2. describe() tells names, versions and accelerators. It must work without the hardware.
 *   3. prepare(), optional: source artifact -> device artifact (an engine that only the board can build).
 *   4. open() loads and compiles; session_info() and the tensor lists are valid from then until close().
 *   5. bind(slot, ...) once for each slot, before the window. The plugin imports the memory, or keeps
 *      buffers of its own and copies inside infer(). Several slots let real inputs rotate without copies
 *      by the caller. slot_count is an upper bound: fewer may be bound.
 *   6. infer(slot) any number of times: when it returns, the outputs of the slot are readable in host
 *      memory. submit()/wait() are the asynchronous pair, with at most max_in_flight submitted at once.
 *   7. profile(), optional: the layers of the executed graph. Opened with assay_open_options.profiling
 *      only, because profiling changes what is timed. The array is valid until close().
 *   8. close().
 * The engine calls infer() only for now: submit()/wait() and cancel() are driven by the conformance suite,
 * and wait for the scenarios that need them.
 *
 * Rules. Nothing throws across this boundary. Every struct begins with struct_size, set by whoever
 * allocates it to the size that it was compiled with: a reader must not touch fields beyond it, so fields
 * may be appended (ASSAY_HAS tells whether one is there). Strings are UTF-8, never NULL where not said so,
 * owned by the plugin and valid until close() (describe(): for ever), unless said otherwise. Every function
 * returns ASSAY_OK or an error code with a text in *error, which the caller owns. A session is used by one
 * thread at a time, except cancel(). Functions marked optional may be NULL. A plugin keeps its own stdout and
 * stderr: the worker redirects both to a log.
 */
#ifndef ASSAY_BACKEND_ABI_H
#define ASSAY_BACKEND_ABI_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ASSAY_ABI_VERSION 1u
#define ASSAY_MAX_RANK 8
#define ASSAY_ERROR_TEXT 2048

/* Whether the struct that pointer shows is new enough to hold the field. */
#define ASSAY_HAS(pointer, field) \
  ((pointer)->struct_size >= (size_t)((const char*)(&(pointer)->field + 1) - (const char*)(pointer)))

typedef enum assay_code {
  ASSAY_OK = 0,
  ASSAY_ERROR_INVALID = 1,     /* The caller's arguments, options or model are wrong. */
  ASSAY_ERROR_NOT_FOUND = 2,   /* A file or library is absent. */
  ASSAY_ERROR_UNAVAILABLE = 3, /* This machine has no such accelerator, driver or feature. */
  ASSAY_ERROR_UNSUPPORTED = 4, /* The model or call cannot be done by this backend at all. */
  ASSAY_ERROR_TIMEOUT = 5,
  ASSAY_ERROR_CANCELLED = 6,
  ASSAY_ERROR_VENDOR = 7 /* The vendor's runtime failed; vendor_code and text are its own. */
} assay_code;

typedef struct assay_error {
  uint32_t struct_size;
  int32_t vendor_code;
  char text[ASSAY_ERROR_TEXT]; /* Always terminated. */
} assay_error;

typedef enum assay_dtype {
  ASSAY_DTYPE_UNKNOWN = 0,
  ASSAY_F32 = 1,
  ASSAY_F16 = 2,
  ASSAY_BF16 = 3,
  ASSAY_F64 = 4,
  ASSAY_I8 = 5,
  ASSAY_U8 = 6,
  ASSAY_I16 = 7,
  ASSAY_U16 = 8,
  ASSAY_I32 = 9,
  ASSAY_U32 = 10,
  ASSAY_I64 = 11,
  ASSAY_U64 = 12,
  ASSAY_BOOL = 13
} assay_dtype;

/* Bytes of one element; 0 for what is unknown. */
static inline uint64_t assay_dtype_size(assay_dtype dtype) {
  switch (dtype) {
    case ASSAY_I8:
    case ASSAY_U8:
    case ASSAY_BOOL:
      return 1;
    case ASSAY_F16:
    case ASSAY_BF16:
    case ASSAY_I16:
    case ASSAY_U16:
      return 2;
    case ASSAY_F32:
    case ASSAY_I32:
    case ASSAY_U32:
      return 4;
    case ASSAY_F64:
    case ASSAY_I64:
    case ASSAY_U64:
      return 8;
    default:
      return 0;
  }
}

/* "f32", "u8", ... as results and recordings write it; "unknown". */
static inline const char* assay_dtype_name(assay_dtype dtype) {
  static const char* const names[] = {"unknown", "f32", "f16", "bf16", "f64", "i8",  "u8",
                                      "i16",     "u16", "i32", "u32",  "i64", "u64", "bool"};
  const unsigned index = (unsigned)dtype;
  return index < sizeof names / sizeof names[0] ? names[index] : names[0];
}

/* The dtype of that name; ASSAY_DTYPE_UNKNOWN for any other. */
static inline assay_dtype assay_dtype_named(const char* name) {
  int dtype = ASSAY_F32;
  while (dtype <= ASSAY_BOOL && strcmp(name, assay_dtype_name((assay_dtype)dtype)) != 0) ++dtype;
  return dtype <= ASSAY_BOOL ? (assay_dtype)dtype : ASSAY_DTYPE_UNKNOWN;
}

/* real = scale * (stored - zero_point); axis -1: one pair for the tensor, else one pair for each index of the
 * axis. */
typedef struct assay_quantisation {
  uint32_t struct_size;
  int32_t axis;
  uint32_t count; /* 0: not quantised. */
  const float* scales;
  const int32_t* zero_points;
} assay_quantisation;

typedef struct assay_tensor {
  uint32_t struct_size;
  assay_dtype dtype;
  const char* name;
  uint32_t rank;
  int64_t dims[ASSAY_MAX_RANK];    /* All known (> 0) after open(). */
  int64_t strides[ASSAY_MAX_RANK]; /* In bytes. Row-major and dense: assay refuses others. */
  uint64_t byte_size;              /* What a buffer for it must hold. */
  assay_quantisation quantisation;
} assay_tensor;

typedef struct assay_accelerator {
  uint32_t struct_size;
  const char* name;      /* As a spec names it: "CPU", "GPU.0", "NPU", "DLA0". */
  const char* full_name; /* "AMD EPYC 9B45": the hardware's own. */
  int32_t available;     /* 1: this machine has it. */
  const char* reason;    /* Why not, when it has not; else "". */
} assay_accelerator;

typedef struct assay_name_value {
  const char* name;
  const char* value;
} assay_name_value;

typedef struct assay_description {
  uint32_t struct_size;
  const char* name;            /* "onnxruntime" */
  const char* plugin_version;  /* Of the plugin's source. */
  const char* runtime_version; /* Of the vendor's library that is loaded; "" when it cannot be loaded. */
  const char* runtime_problem; /* Why it cannot be loaded, or "". */
  int32_t simulated;           /* 1: results are replayed or simulated: no time of it is a latency. */
  uint32_t accelerator_count;
  const assay_accelerator* accelerators;
  uint32_t version_count;
  const assay_name_value* versions; /* Further version facts: drivers, firmware, build ids. */
  uint32_t artifact_format_count;
  const char* const* artifact_formats; /* "onnx", "openvino-ir", ... */
  /* Appended. What kind of software executes: "native SDK", "general runtime", "general runtime with the
     vendor's provider". NULL or "": not told. */
  const char* stack;
} assay_description;

/* A shape for one input of a model whose shape is dynamic. */
typedef struct assay_shape {
  uint32_t struct_size;
  const char* tensor; /* Input name. */
  uint32_t rank;
  int64_t dims[ASSAY_MAX_RANK];
} assay_shape;

typedef struct assay_open_options {
  uint32_t struct_size;
  const char* artifact;    /* Path of the model file. */
  const char* accelerator; /* "CPU"... */
  const char* precision;   /* "fp32", "fp16", "bf16", "int8": what must be executed. */
  int32_t profiling;       /* 1: collect per-layer facts for profile(). */
  uint32_t slot_count;     /* How many slots will be bound. */
  uint32_t shape_count;
  const assay_shape* shapes;
  uint32_t
      option_count; /* Backend options of the spec ("threads"="2"). An unknown one is ASSAY_ERROR_INVALID. */
  const assay_name_value* options;
} assay_open_options;

/* The tensors that every target of a campaign is calibrated with. */
typedef struct assay_calibration {
  uint32_t struct_size;
  const char* input;  /* Name of the model's input. */
  const char* digest; /* Of the set: equal digests, equal tensors in equal order. */
  const char* layout; /* "NCHW": of the files. A model that wants another gets it from the plugin. */
  assay_dtype dtype;  /* Of the files. */
  uint32_t rank;
  int64_t dims[ASSAY_MAX_RANK]; /* Of one file: [1,3,H,W]. */
  uint32_t file_count;
  const char* const* files; /* Raw, row-major, little endian. */
} assay_calibration;

typedef struct assay_prepare_options {
  uint32_t struct_size;
  const char* source;      /* Path of the source artifact. */
  const char* destination; /* Path to write; files that belong to it may be written beside it. */
  const char* accelerator;
  const char* precision;
  uint32_t option_count;
  const assay_name_value* options; /* Of the toolchain. An unknown one is ASSAY_ERROR_INVALID. */
  /* Appended. */
  const char* source_digest;            /* SHA-256 of the source in hexadecimal. */
  const assay_calibration* calibration; /* NULL: the precision needs none. */
  /* A folder that outlives this call, for what makes the next one faster (timing caches). NULL: none.
     Whatever lies there may be of another model, version or device: the plugin checks. */
  const char* cache;
} assay_prepare_options;

typedef struct assay_session assay_session;

typedef enum assay_determinism {
  ASSAY_DETERMINISM_UNKNOWN = 0,
  ASSAY_DETERMINISTIC = 1, /* Same input, same session or not: same bits. */
  ASSAY_NONDETERMINISTIC = 2
} assay_determinism;

typedef struct assay_session_info {
  uint32_t struct_size;
  /* What is executed, from the compiled graph and not from the request; "unknown" when the runtime does not
     tell. "int8" when quantised operators run in integers, else "fp32", "bf16", "fp16", or a mixture joined
     by '+'. */
  const char* executed_precision;
  assay_determinism determinism;
  uint32_t max_in_flight; /* 1: submit() only when nothing is in flight. */
  uint32_t input_count;
  const assay_tensor* inputs;
  uint32_t output_count;
  const assay_tensor* outputs;
  uint32_t property_count; /* Effective settings, as the runtime reports them (threads, streams, hints). */
  const assay_name_value* properties;
  /* Appended. The accelerator as this session uses it ("Hexagon HTP simulator, V68"). NULL or "": as
   * described. */
  const char* accelerator_name;
} assay_session_info;

typedef enum assay_memory_kind { ASSAY_MEMORY_HOST = 0, ASSAY_MEMORY_MEMFD = 1 } assay_memory_kind;

typedef struct assay_buffer {
  uint32_t struct_size;
  assay_memory_kind kind; /* MEMFD: data is its mapping, and fd + offset name the same bytes for an import. */
  void* data;             /* Aligned to 64 bytes. Inputs may be mapped read-only. */
  uint64_t size;
  int32_t fd;
  uint64_t offset;
} assay_buffer;

typedef enum assay_placement {
  ASSAY_PLACED_UNKNOWN = 0,
  ASSAY_PLACED_CLAIMED = 1,  /* Executed on the accelerator that open() named. */
  ASSAY_PLACED_ELSEWHERE = 2 /* Executed on another device: a fallback. */
} assay_placement;

typedef struct assay_layer {
  uint32_t struct_size;
  const char* name;
  const char* type;      /* "Convolution" */
  const char* exec_type; /* The vendor's kernel: "brgconv_avx512_amx_I8". "" when unknown. */
  int64_t time_ns;       /* Mean time for one inference; -1: not told. */
  double operations;     /* Arithmetic operations (1 MAC = 2); -1: not told. */
  assay_placement placement;
} assay_layer;

typedef struct assay_profile {
  uint32_t struct_size;
  uint32_t layer_count;
  const assay_layer* layers;
} assay_profile;

typedef struct assay_backend_v1 {
  uint32_t struct_size;
  uint32_t abi_version; /* ASSAY_ABI_VERSION */

  int32_t (*describe)(const assay_description** description, assay_error* error);
  /* Optional: NULL where artifacts need no step on the device. Runs for as long as it takes. */
  int32_t (*prepare)(const assay_prepare_options* options, assay_error* error);
  int32_t (*open)(const assay_open_options* options, assay_session** session, assay_error* error);
  int32_t (*session_info)(assay_session* session, const assay_session_info** info, assay_error* error);
  /* Buffers in the order of the session's inputs and outputs; they outlive the session. */
  int32_t (*bind)(assay_session* session, uint32_t slot, const assay_buffer* inputs, uint32_t input_count,
                  const assay_buffer* outputs, uint32_t output_count, assay_error* error);
  int32_t (*infer)(assay_session* session, uint32_t slot, assay_error* error);
  int32_t (*submit)(assay_session* session, uint32_t slot, assay_error* error);
  /* The slot that finished; with several in flight, any of them. timeout_ns < 0: for ever. */
  int32_t (*wait)(assay_session* session, int64_t timeout_ns, uint32_t* slot, assay_error* error);
  /* Optional. From any thread: makes a running infer() or wait() return ASSAY_ERROR_CANCELLED soon. */
  int32_t (*cancel)(assay_session* session, assay_error* error);
  /* Optional. */
  int32_t (*profile)(assay_session* session, const assay_profile** profile, assay_error* error);
  /* Optional. Bytes of device memory in use by this session. */
  int32_t (*device_memory)(assay_session* session, uint64_t* bytes, assay_error* error);
  /* Optional. Device-only time of the last inference of a slot, copies left out: another figure than latency.
   */
  int32_t (*device_time)(assay_session* session, uint32_t slot, int64_t* time_ns, assay_error* error);
  void (*close)(assay_session* session);
  /* Appended. Optional. Of the last inference of a slot: time of the copies from host to device and back,
     which device_time() leaves out. */
  int32_t (*transfer_times)(assay_session* session, uint32_t slot, int64_t* in_ns, int64_t* out_ns,
                            assay_error* error);
} assay_backend_v1;

#if defined(__GNUC__)
#define ASSAY_EXPORT __attribute__((visibility("default")))
#else
#define ASSAY_EXPORT
#endif

/* The one symbol of a plugin. Returns NULL when it cannot serve host_abi_version. */
ASSAY_EXPORT const assay_backend_v1* assay_backend(uint32_t host_abi_version);

typedef const assay_backend_v1* (*assay_backend_fn)(uint32_t host_abi_version);
#define ASSAY_BACKEND_SYMBOL "assay_backend"

#ifdef __cplusplus
}
#endif
#endif
