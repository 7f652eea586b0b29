#include "powerlog/block_reader.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/subprocess.h"

namespace assay::powerlog {
namespace {

/// Parses the lines that begin in one stretch of a log.
class BlockParser {
 public:
  BlockParser(const ByteSource& bytes, const LineParser& parser, std::int64_t longest_line)
      : bytes_(bytes), parser_(parser), longest_(longest_line) {}

  /// Lines that begin in [begin, end). `at_line_start`: at `begin` one does; else the byte before tells.
  Result<void> parse(std::int64_t begin, std::int64_t end, bool at_line_start, Batch& batch) {
    batch.reset(parser_.traits().channels);
    offset_ = at_line_start ? begin : begin - 1;
    size_ = 0;
    ASSAY_OK(extend(end));
    std::int64_t line = begin;
    if (!at_line_start) {
      const auto newline = find_newline(offset_);
      if (!newline) return {};  // In the middle of a line that goes on past this block.
      line = *newline + 1;
    }
    while (line < end) {
      auto newline = find_newline(line);
      // The last line of a block goes on a little into the next one; seldom does it need all that it may
      // have.
      for (std::int64_t more = 512; !newline && text_end() < bytes_.size(); more *= 16) {
        const std::int64_t enough = line + longest_ + 1;
        if (text_end() >= enough) break;
        ASSAY_OK(extend(std::min(text_end() + more, enough)));
        newline = find_newline(line);
      }
      const bool whole = newline.has_value();
      const std::int64_t line_end = whole ? *newline : text_end();
      parse_line({text_.data() + (line - offset_), static_cast<std::size_t>(line_end - line)}, whole, batch);
      if (!whole) return {};
      line = line_end + 1;
    }
    return {};
  }

 private:
  std::int64_t text_end() const { return offset_ + static_cast<std::int64_t>(size_); }

  /// Reads on until `end` of the file's bytes are here, or all of them.
  Result<void> extend(std::int64_t end) {
    const std::int64_t from = text_end();
    end = std::min(end, bytes_.size());
    if (end <= from) return {};
    const std::size_t had = size_;
    size_ = static_cast<std::size_t>(end - offset_);
    if (text_.size() < size_) text_.resize(size_);
    return bytes_.read(from, text_.data() + had, size_ - had);
  }

  std::optional<std::int64_t> find_newline(std::int64_t from) const {
    const auto begin = static_cast<std::size_t>(from - offset_);
    if (begin >= size_) return std::nullopt;
    const void* found = std::memchr(text_.data() + begin, '\n', size_ - begin);
    if (!found) return std::nullopt;
    return offset_ + (static_cast<const char*>(found) - text_.data());
  }

  void parse_line(std::string_view line, bool whole, Batch& batch) const {
    batch.next_line();
    if (static_cast<std::int64_t>(line.size()) > longest_) return batch.reject(Reject::kTooLong);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) return;
    if (!whole) return batch.reject(Reject::kCutShort);
    parser_.parse(line, batch);
  }

  const ByteSource& bytes_;
  const LineParser& parser_;
  std::int64_t longest_;
  std::int64_t offset_ = 0;  ///< Of the text in the file.
  std::string text_;         ///< Kept between blocks, so that its memory is taken, and set to zero, once.
  std::size_t size_ = 0;     ///< Of what it holds now.
};

/// Blocks are claimed in order by whoever is free; a ring of slots bounds how far parsing may run ahead.
class Pipeline {
 public:
  Pipeline(const ByteSource& bytes, std::int64_t first_byte, const LineParser& parser,
           const ReadTuning& tuning)
      : first_byte_(first_byte),
        size_(bytes.size()),
        block_bytes_(std::max<std::int64_t>(1, tuning.block_bytes)) {
    blocks_ = size_ > first_byte ? (size_ - first_byte + block_bytes_ - 1) / block_bytes_ : 0;
    const unsigned cpus = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
    threads_ = static_cast<int>(std::min<std::int64_t>(
        tuning.threads > 0 ? std::min(tuning.threads, 64) : static_cast<int>(cpus), blocks_));
    for (int i = 0; i < 2 * threads_; ++i)
      slots_.emplace_back(bytes, parser, std::max<std::int64_t>(1, tuning.longest_line));
  }

  Result<void> run(const std::function<Result<void>(const Batch&, std::int64_t)>& deliver) {
    const Helpers helpers(*this);
    return run_caller(deliver);
  }

 private:
  struct Slot {
    Slot(const ByteSource& bytes, const LineParser& parser, std::int64_t longest_line)
        : reader(bytes, parser, longest_line) {}
    BlockParser reader;
    Batch batch;
    Result<void> result;
    bool ready = false;
  };

  /// The other threads, for as long as this is there.
  class Helpers {
   public:
    explicit Helpers(Pipeline& pipeline) : pipeline_(pipeline) {
      try {
        while (static_cast<int>(threads_.size()) + 1 < pipeline.threads_)
          threads_.emplace_back([&pipeline] { pipeline.run_helper(); });
      } catch (const std::system_error&) {
        // Fewer threads do the same work.
      }
    }
    Helpers(const Helpers&) = delete;
    ~Helpers() {
      {
        const std::lock_guard lock(pipeline_.mutex_);
        pipeline_.stop_ = true;
      }
      pipeline_.changed_.notify_all();
      for (std::thread& thread : threads_) thread.join();
    }

   private:
    Pipeline& pipeline_;
    std::vector<std::thread> threads_;
  };

  Slot& slot_of(std::int64_t block) { return slots_[static_cast<std::size_t>(block) % slots_.size()]; }
  bool claimable() const {
    return claimed_ < blocks_ && claimed_ < delivered_ + static_cast<std::int64_t>(slots_.size());
  }

  void parse_block(std::int64_t block) {
    Slot& slot = slot_of(block);
    const std::int64_t begin = first_byte_ + block * block_bytes_;
    const std::int64_t end = std::min(begin + block_bytes_, size_);
    try {
      slot.result = slot.reader.parse(begin, end, block == 0, slot.batch);
    } catch (const std::bad_alloc&) {
      slot.result = fail(Code::kResource, "out of memory");
    }
    {
      const std::lock_guard lock(mutex_);
      slot.ready = true;
    }
    changed_.notify_all();
  }

  void run_helper() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stop_ || claimed_ == blocks_ || claimable(); });
      if (stop_ || claimed_ == blocks_) return;
      const std::int64_t block = claimed_++;
      lock.unlock();
      parse_block(block);
    }
  }

  Result<void> run_caller(const std::function<Result<void>(const Batch&, std::int64_t)>& deliver) {
    while (delivered_ < blocks_) {
      if (interrupted()) return fail(Code::kInterrupted, "stopped");
      Slot& next = slot_of(delivered_);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return next.ready || claimable(); });
      if (!next.ready) {
        const std::int64_t block = claimed_++;
        lock.unlock();
        parse_block(block);
        continue;
      }
      lock.unlock();
      ASSAY_OK(next.result);
      ASSAY_OK(deliver(next.batch, std::min(first_byte_ + (delivered_ + 1) * block_bytes_, size_)));
      lock.lock();
      next.ready = false;
      ++delivered_;
      lock.unlock();
      changed_.notify_all();
    }
    return {};
  }

  std::int64_t first_byte_, size_, block_bytes_;
  std::int64_t blocks_ = 0;
  int threads_ = 1;
  std::vector<Slot> slots_;
  std::mutex mutex_;  // Guards what follows, and Slot::ready; a slot's rest belongs to who claimed its block.
  std::condition_variable changed_;
  std::int64_t claimed_ = 0, delivered_ = 0;  // Only the caller writes delivered_.
  bool stop_ = false;
};

}  // namespace

Result<void> read_lines(const ByteSource& bytes, std::int64_t first_byte, const LineParser& parser,
                        const ReadTuning& tuning,
                        const std::function<Result<void>(const Batch&, std::int64_t bytes_done)>& deliver) {
  Pipeline pipeline(bytes, first_byte, parser, tuning);
  return pipeline.run(deliver);
}

}  // namespace assay::powerlog
