# Over the contract library of tests/tensorrt: no NVIDIA hardware. Its engine is built through the plugin's own prepare().
get_target_property(headers_of assay_plugin_tensorrt ASSAY_HEADERS)
if(NOT headers_of STREQUAL "SDK")
  return()
endif()
set(contract "ASSAY_TENSORRT_DIR=${CMAKE_BINARY_DIR}/test_tensorrt;ASSAY_CUDART_LIB=${CMAKE_BINARY_DIR}/test_tensorrt/libcudart.so;ASSAY_CONTRACT_DLA_CORES=1")
set(model ${CMAKE_CURRENT_BINARY_DIR}/tensorrt.onnx)
add_dependencies(conformance make_runtimes_model build_tensorrt_engine)
add_test(NAME make_tensorrt_model COMMAND make_runtimes_model ${model})
set_tests_properties(make_tensorrt_model PROPERTIES FIXTURES_SETUP tensorrt_model)
foreach(accelerator GPU DLA0)
  set(engine ${CMAKE_CURRENT_BINARY_DIR}/conformance_${accelerator}.engine)
  add_test(NAME build_tensorrt_engine_${accelerator}
           COMMAND build_tensorrt_engine $<TARGET_FILE:assay_plugin_tensorrt> ${model} ${engine} ${accelerator})
  set_tests_properties(build_tensorrt_engine_${accelerator} PROPERTIES
    ENVIRONMENT "${contract}" FIXTURES_REQUIRED tensorrt_model FIXTURES_SETUP tensorrt_engine_${accelerator})
  foreach(graph off on)
    set(name tensorrt_${accelerator}_graph_${graph})
    assay_conformance(NAME ${name} TARGET assay_plugin_tensorrt ARTIFACT ${engine} ACCELERATOR ${accelerator}
                      FIXTURE tensorrt_engine_${accelerator} OPTIONS cuda-graph=${graph})
    set_tests_properties(conformance_${name} PROPERTIES ENVIRONMENT "${contract}")
  endforeach()
endforeach()
