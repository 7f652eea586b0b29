// What is wrong with a test plugin. affine.cc is compiled once; fault.cc is what its plugins differ in.
#pragma once

enum Fault {
  kNone,
  kSegfault,       // The 500th inference crashes.
  kHang,           // The 500th inference never returns.
  kExit,           // The 500th inference calls exit(7).
  kGarbage,        // The 500th inference writes nonsense to the worker's channel.
  kError,          // The 500th inference returns the vendor's error 42.
  kCached,         // Every inference returns the first one's answer.
  kSkipTenth,      // Every tenth inference does nothing.
  kRefuseOpen,     // open() says that the accelerator is unavailable.
  kAbortOpen,      // open() aborts.
  kWrongAbi,       // The function table is of ABI version 99.
  kSegfaultClose,  // close() crashes: everything had been measured by then.
  kWriteInput,     // infer() writes to its input, which is not its own.
  kNoLayers,       // It has no profile(), which is optional.
  kPartial,        // Its profile has a second layer, which ran elsewhere than on the accelerator.
  kStrided,        // The logits' rows have gaps between them.
  kNotFinite       // Every inference writes one NaN.
};

extern const Fault kFault;
