#ifndef MILKFLOAT_ROADS_BUCKET_QUEUE_H
#define MILKFLOAT_ROADS_BUCKET_QUEUE_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace milkfloat::roads {

// A monotone queue of (key, item) with integer keys: a ring of buckets, each holding a range of keys (Dial 1969, with
// buckets wider than one key). Within a bucket items come in any order, so a search that uses it corrects labels
// inside the bucket at hand and may call them final only when that bucket is empty.
class BucketQueue {
public:
    struct Entry {
        std::int32_t key;
        std::int32_t item;
    };

    // No pushed key may exceed the key of the current bucket by `span` or more.
    explicit BucketQueue(std::int32_t span) {
        // 64k buckets bound the memory; a longer span gets wider buckets.
        while ((static_cast<std::int64_t>(span) >> shift_) + 2 > (1 << 16)) {
            ++shift_;
        }
        std::size_t count = 1;
        while (static_cast<std::int64_t>(count) < (static_cast<std::int64_t>(span) >> shift_) + 2) {
            count *= 2;
        }
        buckets_.resize(count);
    }

    void push(std::int32_t key, std::int32_t item) {
        buckets_[static_cast<std::size_t>(key >> shift_) & (buckets_.size() - 1)].push_back({key, item});
        ++size_;
    }

    [[nodiscard]] bool empty() const { return size_ == 0; }

    // The first bucket that holds anything; the caller empties it with pop before asking again.
    std::vector<Entry> &front() {
        while (buckets_[current_].empty()) {
            current_ = (current_ + 1) & (buckets_.size() - 1);
        }
        return buckets_[current_];
    }

    Entry pop(std::vector<Entry> &bucket) {
        const Entry entry = bucket.back();
        bucket.pop_back();
        --size_;
        return entry;
    }

    // Empties the queue; the next search starts at key 0.
    void clear() {
        if (size_ > 0) {
            for (auto &bucket : buckets_) {
                bucket.clear();
            }
        }
        size_ = 0;
        current_ = 0;
    }

private:
    // 256 ms: a median street takes 1.5 s, so few labels are corrected within a bucket.
    int shift_ = 8;
    std::size_t current_ = 0;
    std::size_t size_ = 0;
    std::vector<std::vector<Entry>> buckets_;
};

} // namespace milkfloat::roads

#endif
