# Over the contract library of tests/snpe, on its DSP: what a refusal for want of hardware would hide is run here.
if(NOT TARGET assay_contract_snpe)
  return()
endif()
add_dependencies(conformance make_contract_dlc assay_contract_snpe)
foreach(kind float tf8)
  set(model ${CMAKE_CURRENT_BINARY_DIR}/snpe-${kind}.dlc)
  add_test(NAME make_snpe_${kind} COMMAND make_contract_dlc ${model} ${kind})
  set_tests_properties(make_snpe_${kind} PROPERTIES FIXTURES_SETUP snpe_${kind})
endforeach()
set(diagview diagview=${PROJECT_SOURCE_DIR}/tests/snpe/snpe-diagview)
assay_conformance(NAME snpe TARGET assay_plugin_snpe ARTIFACT ${CMAKE_CURRENT_BINARY_DIR}/snpe-float.dlc FIXTURE snpe_float
                  ACCELERATOR DSP PRECISION fp32 OPTIONS layout=nhwc ${diagview})
assay_conformance(NAME snpe_quantized TARGET assay_plugin_snpe ARTIFACT ${CMAKE_CURRENT_BINARY_DIR}/snpe-tf8.dlc FIXTURE snpe_tf8
                  ACCELERATOR DSP PRECISION int8 OPTIONS layout=nhwc io=quantized ${diagview})
set_tests_properties(conformance_snpe conformance_snpe_quantized PROPERTIES
  ENVIRONMENT "ASSAY_SNPE_LIB=$<TARGET_FILE:assay_contract_snpe>")
