#include "engine/worker/tensor_memory.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "backend/abi_array.h"

namespace assay::engine {
namespace {

std::vector<std::uint64_t> byte_sizes(const assay_tensor* tensors, std::uint32_t count) {
  std::vector<std::uint64_t> sizes;
  for (std::uint32_t i = 0; i < count; ++i) sizes.push_back(backend::element(tensors, i).byte_size);
  return sizes;
}

std::vector<assay_buffer> buffers(const MappedFd& mapped, int fd, const SetLayout& layout,
                                  const std::vector<std::uint64_t>& sizes, std::uint32_t set) {
  std::vector<assay_buffer> list;
  for (std::size_t tensor = 0; tensor < sizes.size(); ++tensor) {
    const std::uint64_t offset = set * layout.stride + layout.offset[tensor];
    list.push_back(
        {sizeof(assay_buffer), ASSAY_MEMORY_MEMFD, mapped.data + offset, sizes[tensor], fd, offset});
  }
  return list;
}

}  // namespace

bool map_fd(int fd, Access access, MappedFd& mapped, std::string& error) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || status.st_size <= 0) {
    error = "descriptor " + std::to_string(fd) + " holds no shared memory: start this program from assay";
    return false;
  }
  mapped.size = static_cast<std::uint64_t>(status.st_size);
  const int protection = access == Access::kWrite ? PROT_READ | PROT_WRITE : PROT_READ;
  // Kernels before 6.7 refuse a shared mapping of a write-sealed memfd even for reading. A private one shows
  // the same pages, since nobody can write to them any more.
  const int sharing = access == Access::kReadSealed ? MAP_PRIVATE : MAP_SHARED;
  void* data = ::mmap(nullptr, mapped.size, protection, sharing | MAP_POPULATE, fd, 0);
  if (data == MAP_FAILED) {
    error = "mapping " + std::to_string(mapped.size) + " bytes of shared memory: " + std::strerror(errno);
    return false;
  }
  mapped.data = static_cast<char*>(data);
  return true;
}

bool TensorMemory::map(const assay_session_info& info, std::uint32_t input_sets, std::uint32_t slots,
                       bool sealed, std::string& error) {
  input_sizes_ = byte_sizes(info.inputs, info.input_count);
  output_sizes_ = byte_sizes(info.outputs, info.output_count);
  input_layout_ = set_layout(input_sizes_);
  output_layout_ = set_layout(output_sizes_);
  if (!map_fd(kInputFd, sealed ? Access::kReadSealed : Access::kRead, input_, error) ||
      !map_fd(kOutputFd, Access::kWrite, output_, error))
    return false;
  if (input_.size < input_sets * input_layout_.stride || output_.size < slots * output_layout_.stride) {
    error = "shared memory holds fewer tensors than are to be bound";
    return false;
  }
  return true;
}

std::vector<assay_buffer> TensorMemory::inputs(std::uint32_t set) const {
  return buffers(input_, kInputFd, input_layout_, input_sizes_, set);
}

std::vector<assay_buffer> TensorMemory::outputs(std::uint32_t slot) const {
  return buffers(output_, kOutputFd, output_layout_, output_sizes_, slot);
}

std::uint64_t TensorMemory::surplus_bytes() const {
  return input_.size + output_.size - input_layout_.stride - output_layout_.stride;
}

}  // namespace assay::engine
