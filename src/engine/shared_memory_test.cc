#include "engine/shared_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace assay::engine {
namespace {

TEST(SharedMemory, SealedCannotBeWrittenByAnybody) {
  auto memory = SharedMemory::create("test");
  ASSERT_TRUE(memory);
  ASSERT_TRUE(memory->allocate(4096));
  memory->bytes()[17] = std::byte{42};
  ASSERT_TRUE(memory->seal());
  EXPECT_TRUE(memory->bytes().empty());
  EXPECT_EQ(::pwrite(memory->fd(), "x", 1, 0), -1);
  EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd(), 0), MAP_FAILED);
  EXPECT_NE(::ftruncate(memory->fd(), 0), 0);
  char byte = 0;
  EXPECT_EQ(::pread(memory->fd(), &byte, 1, 17), 1);
  EXPECT_EQ(byte, 42);
}

TEST(SharedMemory, SealedForOthersIsStillOurs) {
  auto memory = SharedMemory::create("test");
  ASSERT_TRUE(memory);
  ASSERT_TRUE(memory->allocate(4096));
  ASSERT_TRUE(memory->seal_for_others());
  memory->bytes()[0] = std::byte{7};
  EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd(), 0), MAP_FAILED);
  void* seen = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, memory->fd(), 0);
  ASSERT_NE(seen, MAP_FAILED);
  EXPECT_EQ(*static_cast<const char*>(seen), 7);
  ::munmap(seen, 4096);
}

TEST(SharedMemory, TooMuchIsAResourceError) {
  auto memory = SharedMemory::create("test");
  ASSERT_TRUE(memory);
  const auto result = memory->allocate(std::uint64_t{1} << 62);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kResource);
}

}  // namespace
}  // namespace assay::engine
