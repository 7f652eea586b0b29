# Folders whose loops over pixels, samples and operations make their tests slow without optimization.
set(ASSAY_HOT_FOLDERS audit base dataset engine metric model powerlog simulate timeline)

# Tests are compiled more often than they run: without optimization, and the files of a program as one unit (which
# `make check` turns off: clang-tidy looks at each file). What they test is compiled as it is shipped.
option(ASSAY_UNITY_TESTS "Compile the files of a test program together" ON)
set(ASSAY_TEST_OPTIONS -O0)

# assay_folder(NAME SOURCES a.cc ... DEPS base record ... LIBS external::lib ... TESTS a_test.cc ... )
# One static library assay_NAME for a folder of src/, and one test program NAME_test from the tests beside its code.
function(assay_folder NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS;TESTS;TEST_LIBS" ${ARGN})
  add_library(assay_${NAME} STATIC ${ARG_SOURCES})
  target_include_directories(assay_${NAME} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  list(TRANSFORM ARG_DEPS PREPEND assay_)
  target_link_libraries(assay_${NAME} PUBLIC ${ARG_DEPS} ${ARG_LIBS})
  # Sanitizers' checks take twice as long to compile when they are optimized, and find no more for it.
  if(ASSAY_SANITIZE AND NOT NAME IN_LIST ASSAY_HOT_FOLDERS)
    target_compile_options(assay_${NAME} PRIVATE -O0)
  endif()
  if(ARG_TESTS)
    add_executable(${NAME}_test ${ARG_TESTS})
    target_link_libraries(${NAME}_test PRIVATE assay_${NAME} ${ARG_TEST_LIBS} GTest::gtest GTest::gtest_main)
    target_compile_definitions(${NAME}_test PRIVATE ASSAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                               ASSAY_BINARY_DIR="${CMAKE_BINARY_DIR}")
    if(NAME IN_LIST ASSAY_HOT_FOLDERS AND NOT ASSAY_SANITIZE)
      target_compile_options(${NAME}_test PRIVATE -O1)
    else()
      target_compile_options(${NAME}_test PRIVATE ${ASSAY_TEST_OPTIONS})
    endif()
    set_target_properties(${NAME}_test PROPERTIES UNITY_BUILD ${ASSAY_UNITY_TESTS} UNITY_BUILD_BATCH_SIZE 12)
    add_test(NAME ${NAME} COMMAND ${NAME}_test)
  endif()
endfunction()
