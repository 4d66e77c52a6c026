/* The compiled path of channel scoring: small, optional, and equal to the NumPy path byte for byte.
 *
 * CPython's limited API (one binary for 3.11 and later), buffers in and out, the GIL released while
 * counting. Nothing here knows of rules: it gets factors and multiplies them in the stated order,
 * (uses x points + latent) x streak x frequency x complaint in float64, then rounds to float32.
 * Compile with -ffp-contract=off: a fused multiply-add would round once where the rules round twice.
 */
#define PY_SSIZE_T_CLEAN
#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030b0000
#endif
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "digits are read eight at a time, the first one lowest: such a machine takes the NumPy path"
#endif

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_X86 1
#include <immintrin.h>
#else
#define HAS_X86 0
#endif

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch((address), 1, 3)
#else
#define PREFETCH(address) ((void)(address))
#endif

#define CHANNELS 8
#define MAX_MONTHS 8
#define MAX_STEPS 4
#define MAX_DIGITS 18
#define LONGEST 1000000000000000000ULL /* 10^18 */
#define NO_CHOICE 255
#define NOWHERE 255
#define LARGE (4 << 20) /* bytes from which large pages pay */
#define AHEAD 96 /* events between a prefetch and its use: about the latency of memory */

/* Modifier byte of a customer and channel. */
#define LATENT 0x3f
#define COMPLAINT 0x40
#define DISLIKE 0x80

enum { PLAIN = 0, AVX2 = 1, AVX512 = 2 };

typedef struct {
    double points[CHANNELS];
    double frequency, complaint;
    double streak[MAX_STEPS];     /* factor of each step */
    int64_t streak_months[MAX_STEPS]; /* ascending; unused steps stand last with months 99 */
    int64_t cap, more_than, is_largest;
    int64_t tie_order[CHANNELS];
} Rules;

typedef struct {
    int months;
    const uint8_t *planes[MAX_MONTHS]; /* oldest first */
    const uint8_t *modifiers;
    float *scores; /* one column of `stride` a channel */
    uint8_t *first;
    int64_t stride;
} Job;

/* ---- scoring ------------------------------------------------------------------------------- */

static int run_ending(const Job *job, int64_t cell) {
    int run = 0;
    for (int m = job->months - 1; m >= 0 && job->planes[m][cell]; m--) run++;
    return run;
}

static float score_cell(const Job *job, const Rules *rules, int64_t cell, int channel) {
    uint8_t modifier = job->modifiers[cell];
    if (modifier & DISLIKE) return 0.0f;
    int64_t uses = 0;
    for (int m = 0; m < job->months; m++) {
        int64_t n = job->planes[m][cell];
        uses += n < rules->cap ? n : rules->cap;
    }
    double streak = 1.0, frequency = uses > rules->more_than ? rules->frequency : 1.0;
    int run = run_ending(job, cell);
    for (int k = 0; k < MAX_STEPS; k++)
        if (run >= rules->streak_months[k]) streak = rules->streak[k];
    if (rules->is_largest) {
        if (streak >= frequency) frequency = 1.0;
        else streak = 1.0;
    }
    double total = (double)uses * rules->points[channel];
    total += (double)(modifier & LATENT);
    total *= streak;
    total *= frequency;
    total *= modifier & COMPLAINT ? rules->complaint : 1.0;
    return (float)total;
}

static void finalise_plain(const Job *job, const Rules *rules, int64_t start, int64_t stop) {
    for (int64_t c = start; c < stop; c++) {
        float best = 0.0f;
        uint8_t first = NO_CHOICE;
        for (int k = 0; k < CHANNELS; k++) {
            int channel = (int)rules->tie_order[k];
            float score = score_cell(job, rules, c * CHANNELS + channel, channel);
            job->scores[channel * job->stride + c] = score;
            if (score > best) best = score, first = (uint8_t)channel;
        }
        job->first[c] = first;
    }
}

#if HAS_X86

/* Eight customers at a time: their 64 cells fill one register, and the runs of months are bits of
 * 64-bit masks. Bit 8 * customer + channel. */
typedef struct {
    uint64_t steps[MAX_STEPS], frequent, complained, disliked;
} Masks;

static inline void drop_smaller(Masks *masks, const Rules *rules) {
    /* Keep only the larger of streak and frequency where both apply. */
    uint64_t higher = 0;
    for (int k = MAX_STEPS - 1; k >= 0; k--) {
        uint64_t here = masks->steps[k] & ~higher; /* the step that counts */
        higher |= masks->steps[k];
        if (rules->streak[k] >= rules->frequency) masks->frequent &= ~here;
        else masks->steps[k] &= ~(here & masks->frequent);
        masks->steps[k] &= here;
    }
}

static inline void exclusive(Masks *masks) {
    uint64_t higher = 0;
    for (int k = MAX_STEPS - 1; k >= 0; k--) {
        uint64_t own = masks->steps[k] & ~higher;
        higher |= masks->steps[k];
        masks->steps[k] = own;
    }
}

__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi2")))
static void finalise_avx512(const Job *job, const Rules *rules, int64_t start, int64_t stop) {
    const __m512i cap = _mm512_set1_epi8((char)rules->cap);
    const __m512i more_than = _mm512_set1_epi8((char)rules->more_than);
    const __m512i byte = _mm512_set1_epi64(255);
    int steps = 0;
    while (steps < MAX_STEPS && rules->streak_months[steps] <= job->months) steps++;
    int64_t c = start;
    for (; c + 8 <= stop; c += 8) {
        __m512i uses = _mm512_setzero_si512();
        uint64_t used[MAX_MONTHS], run = ~(uint64_t)0;
        for (int m = 0; m < job->months; m++) {
            __m512i counts = _mm512_loadu_si512(job->planes[m] + c * CHANNELS);
            used[m] = _mm512_test_epi8_mask(counts, counts);
            uses = _mm512_add_epi8(uses, _mm512_min_epu8(counts, cap));
        }
        __m512i modifiers = _mm512_loadu_si512(job->modifiers + c * CHANNELS);
        Masks masks;
        memset(&masks, 0, sizeof masks);
        for (int k = 0, m = job->months - 1; k < steps; k++) {
            for (; m >= job->months - rules->streak_months[k]; m--) run &= used[m];
            masks.steps[k] = run;
        }
        masks.frequent = _mm512_cmpgt_epu8_mask(uses, more_than);
        masks.complained = _mm512_test_epi8_mask(modifiers, _mm512_set1_epi8(COMPLAINT));
        masks.disliked = _mm512_movepi8_mask(modifiers);
        if (rules->is_largest) drop_smaller(&masks, rules);
        else exclusive(&masks);
        __m512i latent = _mm512_and_si512(modifiers, _mm512_set1_epi8(LATENT));
        __m256 best = _mm256_setzero_ps();
        __m256i first = _mm256_set1_epi32(NO_CHOICE);
        for (int k = 0; k < CHANNELS; k++) {
            int channel = (int)rules->tie_order[k];
            uint64_t lane = 0x0101010101010101ULL << channel;
            __m128i shift = _mm_cvtsi32_si128(8 * channel);
            __m512d total = _mm512_cvtepi64_pd(_mm512_and_si512(_mm512_srl_epi64(uses, shift), byte));
            __m512d extra = _mm512_cvtepi64_pd(_mm512_and_si512(_mm512_srl_epi64(latent, shift), byte));
            total = _mm512_add_pd(_mm512_mul_pd(total, _mm512_set1_pd(rules->points[channel])), extra);
            for (int s = 0; s < steps; s++) {
                __mmask8 on = (__mmask8)_pext_u64(masks.steps[s], lane);
                total = _mm512_mask_mul_pd(total, on, total, _mm512_set1_pd(rules->streak[s]));
            }
            __mmask8 on = (__mmask8)_pext_u64(masks.frequent, lane);
            total = _mm512_mask_mul_pd(total, on, total, _mm512_set1_pd(rules->frequency));
            on = (__mmask8)_pext_u64(masks.complained, lane);
            total = _mm512_mask_mul_pd(total, on, total, _mm512_set1_pd(rules->complaint));
            on = (__mmask8)_pext_u64(masks.disliked, lane);
            total = _mm512_mask_mov_pd(total, on, _mm512_setzero_pd());
            __m256 score = _mm512_cvtpd_ps(total);
            _mm256_storeu_ps(job->scores + channel * job->stride + c, score);
            __mmask8 better = _mm256_cmp_ps_mask(score, best, _CMP_GT_OQ);
            best = _mm256_mask_mov_ps(best, better, score);
            first = _mm256_mask_mov_epi32(first, better, _mm256_set1_epi32(channel));
        }
        _mm_storel_epi64((__m128i *)(job->first + c), _mm256_cvtepi32_epi8(first));
    }
    finalise_plain(job, rules, c, stop);
}

/* Four customers at a time: bytes of 0xff or 0 are moved to the top of each 64-bit lane, where
 * blendv reads the sign. */
__attribute__((target("avx2")))
static inline __m256d lane_flag(__m256i bytes, __m128i shift) {
    return _mm256_castsi256_pd(_mm256_sll_epi64(bytes, shift));
}

__attribute__((target("avx2")))
static inline __m256d lane_number(__m256i bytes, __m128i shift) {
    const __m256i magic = _mm256_set1_epi64x(0x4330000000000000LL); /* 2^52 */
    __m256i low = _mm256_and_si256(_mm256_srl_epi64(bytes, shift), _mm256_set1_epi64x(255));
    return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(low, magic)), _mm256_castsi256_pd(magic));
}

__attribute__((target("avx2")))
static void finalise_avx2(const Job *job, const Rules *rules, int64_t start, int64_t stop) {
    const __m256i zero = _mm256_setzero_si256(), ones = _mm256_set1_epi8(-1);
    const __m256i cap = _mm256_set1_epi8((char)rules->cap);
    const __m256i above = _mm256_set1_epi8((char)(rules->more_than + 1));
    int steps = 0;
    while (steps < MAX_STEPS && rules->streak_months[steps] <= job->months) steps++;
    int64_t c = start;
    for (; c + 4 <= stop; c += 4) {
        __m256i uses = zero, unused[MAX_MONTHS], run = ones, flags[MAX_STEPS];
        for (int m = 0; m < job->months; m++) {
            __m256i counts = _mm256_loadu_si256((const __m256i *)(job->planes[m] + c * CHANNELS));
            unused[m] = _mm256_cmpeq_epi8(counts, zero);
            uses = _mm256_add_epi8(uses, _mm256_min_epu8(counts, cap));
        }
        __m256i modifiers = _mm256_loadu_si256((const __m256i *)(job->modifiers + c * CHANNELS));
        for (int k = 0, m = job->months - 1; k < steps; k++) {
            for (; m >= job->months - rules->streak_months[k]; m--)
                run = _mm256_andnot_si256(unused[m], run);
            flags[k] = run;
        }
        /* uses > more_than, unsigned; more_than = 255 never holds */
        __m256i frequent = rules->more_than >= 255
            ? zero : _mm256_cmpeq_epi8(_mm256_max_epu8(uses, above), uses);
        __m256i complained = _mm256_slli_epi64(modifiers, 1), higher = zero;
        for (int k = steps - 1; k >= 0; k--) {
            __m256i here = _mm256_andnot_si256(higher, flags[k]);
            higher = _mm256_or_si256(higher, flags[k]);
            flags[k] = here;
            if (!rules->is_largest) continue;
            if (rules->streak[k] >= rules->frequency) frequent = _mm256_andnot_si256(here, frequent);
            else flags[k] = _mm256_andnot_si256(frequent, here);
        }
        __m256i latent = _mm256_and_si256(modifiers, _mm256_set1_epi8(LATENT));
        __m128 best = _mm_setzero_ps();
        __m128i first = _mm_set1_epi32(NO_CHOICE);
        for (int k = 0; k < CHANNELS; k++) {
            int channel = (int)rules->tie_order[k];
            __m128i down = _mm_cvtsi32_si128(8 * channel), up = _mm_cvtsi32_si128(56 - 8 * channel);
            __m256d total = _mm256_mul_pd(lane_number(uses, down), _mm256_set1_pd(rules->points[channel]));
            total = _mm256_add_pd(total, lane_number(latent, down));
            for (int s = 0; s < steps; s++)
                total = _mm256_blendv_pd(total, _mm256_mul_pd(total, _mm256_set1_pd(rules->streak[s])),
                                         lane_flag(flags[s], up));
            total = _mm256_blendv_pd(total, _mm256_mul_pd(total, _mm256_set1_pd(rules->frequency)),
                                     lane_flag(frequent, up));
            total = _mm256_blendv_pd(total, _mm256_mul_pd(total, _mm256_set1_pd(rules->complaint)),
                                     lane_flag(complained, up));
            total = _mm256_blendv_pd(total, _mm256_setzero_pd(), lane_flag(modifiers, up));
            __m128 score = _mm256_cvtpd_ps(total);
            _mm_storeu_ps(job->scores + channel * job->stride + c, score);
            __m128 better = _mm_cmpgt_ps(score, best);
            best = _mm_blendv_ps(best, score, better);
            first = _mm_blendv_epi8(first, _mm_set1_epi32(channel), _mm_castps_si128(better));
        }
        __m128i low = _mm_shuffle_epi8(first, _mm_set_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 12, 8, 4, 0));
        int32_t four = _mm_cvtsi128_si32(low);
        memcpy(job->first + c, &four, 4);
    }
    finalise_plain(job, rules, c, stop);
}
#endif

static int cpu_level(void) {
#if HAS_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("bmi2"))
        return AVX512;
    if (__builtin_cpu_supports("avx2")) return AVX2;
#endif
    return PLAIN;
}

/* ---- buffers ------------------------------------------------------------------------------- */

typedef struct {
    Py_buffer view;
    int is_held;
} Held;

/* Take a buffer of at least `least` items of `size` bytes, aligned for them. */
static int hold(Held *held, PyObject *object, int is_written, Py_ssize_t least, Py_ssize_t size,
                const char *what) {
    held->is_held = 0;
    int flags = is_written ? PyBUF_C_CONTIGUOUS | PyBUF_WRITABLE : PyBUF_C_CONTIGUOUS;
    if (PyObject_GetBuffer(object, &held->view, flags) < 0) return -1;
    held->is_held = 1;
    Py_ssize_t items = held->view.len / size;
    if (items < least) {
        PyErr_Format(PyExc_ValueError, "%s holds %zd items of %zd bytes and needs %zd", what, items, size,
                     least);
        return -1;
    }
    if (items && (uintptr_t)held->view.buf % (uintptr_t)size) {
        PyErr_Format(PyExc_ValueError, "%s is not aligned to %zd bytes", what, size);
        return -1;
    }
    return 0;
}

static Py_ssize_t items_of(const Held *held, Py_ssize_t size) { return held->view.len / size; }

/* Refuse a number of customers whose cells could not be numbered. */
static int check_customers(Py_ssize_t customers) {
    if (customers >= 0 && customers <= PY_SSIZE_T_MAX / CHANNELS) return 0;
    PyErr_Format(PyExc_ValueError, "%zd is no number of customers", customers);
    return -1;
}

static void release(Held *held, int count) {
    for (int i = 0; i < count; i++)
        if (held[i].is_held) PyBuffer_Release(&held[i].view);
}

/* Take the planes of a tuple, each of at least so many customers. */
static int hold_planes(Held *held, PyObject *planes, int is_written, Py_ssize_t customers) {
    Py_ssize_t months = PyTuple_Size(planes);
    if (months < 0) return -1;
    if (months > MAX_MONTHS) {
        PyErr_Format(PyExc_ValueError, "at most %d planes, not %zd", MAX_MONTHS, months);
        return -1;
    }
    for (Py_ssize_t m = 0; m < months; m++)
        if (hold(&held[m], PyTuple_GetItem(planes, m), is_written, customers * CHANNELS, 1, "a plane") < 0)
            return -1;
    return (int)months;
}

/* ---- finalise ------------------------------------------------------------------------------ */

/* What the loops take for granted: sums of capped uses, and bounds, fit a byte. */
static int check_rules(const Rules *rules, int months) {
    int seen = 0;
    for (int k = 0; k < CHANNELS; k++)
        if (rules->tie_order[k] >= 0 && rules->tie_order[k] < CHANNELS) seen |= 1 << rules->tie_order[k];
    if (seen != (1 << CHANNELS) - 1)
        PyErr_SetString(PyExc_ValueError, "tie_order does not hold every channel once");
    else if (rules->cap < 0 || rules->cap > 255 || rules->cap * months > 255)
        PyErr_SetString(PyExc_ValueError, "more than 255 uses may count in the window");
    else if (rules->more_than < 0 || rules->more_than > 255)
        PyErr_SetString(PyExc_ValueError, "more_than is not from 0 to 255");
    else return 0;
    return -1;
}

PyDoc_STRVAR(finalise_doc,
"finalise(planes, modifiers, rules, scores, first, stride, start, stop, level)\n--\n\n"
"Score customers start to stop: use planes (oldest first) and modifiers in, a column of float32\n"
"scores a channel and the first choice out.");

static PyObject *finalise(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *planes, *modifiers, *rules_buffer, *scores, *first;
    Py_ssize_t stride, start, stop;
    int level;
    if (!PyArg_ParseTuple(args, "O!OOOOnnni:finalise", &PyTuple_Type, &planes, &modifiers,
                          &rules_buffer, &scores, &first, &stride, &start, &stop, &level))
        return NULL;
    if (start < 0 || stop < start || stride < stop) {
        PyErr_SetString(PyExc_ValueError, "0 <= start <= stop <= stride does not hold");
        return NULL;
    }
    if (check_customers(stride) < 0) return NULL;
    Held held[MAX_MONTHS + 4];
    memset(held, 0, sizeof held);
    PyObject *answer = NULL;
    Held *rest = held + MAX_MONTHS;
    int months = hold_planes(held, planes, 0, stop);
    if (months < 0 || hold(&rest[0], modifiers, 0, stop * CHANNELS, 1, "modifiers") < 0 ||
        hold(&rest[1], rules_buffer, 0, sizeof(Rules), 1, "rules") < 0 ||
        hold(&rest[2], scores, 1, stride * CHANNELS, sizeof(float), "scores") < 0 ||
        hold(&rest[3], first, 1, stop, 1, "first") < 0)
        goto done;
    Rules rules;
    memcpy(&rules, rest[1].view.buf, sizeof rules);
    Job job;
    memset(&job, 0, sizeof job);
    job.months = months;
    for (int m = 0; m < months; m++) job.planes[m] = held[m].view.buf;
    job.modifiers = rest[0].view.buf;
    job.scores = rest[2].view.buf;
    job.first = rest[3].view.buf;
    job.stride = stride;
    if (check_rules(&rules, months) < 0) goto done;
    if (level > cpu_level()) {
        PyErr_Format(PyExc_ValueError, "this machine reaches level %d, not %d", cpu_level(), level);
        goto done;
    }
    Py_BEGIN_ALLOW_THREADS
#if HAS_X86
    if (level == AVX512) finalise_avx512(&job, &rules, start, stop);
    else if (level == AVX2) finalise_avx2(&job, &rules, start, stop);
    else
#endif
        finalise_plain(&job, &rules, start, stop);
    Py_END_ALLOW_THREADS
    answer = Py_None;
    Py_INCREF(answer);
done:
    release(held, MAX_MONTHS + 4);
    return answer;
}

/* ---- counting ------------------------------------------------------------------------------ */

PyDoc_STRVAR(scatter_doc,
"scatter(codes, channels, slots, planes, customers)\n--\n\n"
"Count one use an event, saturating at 255; slot 255 counts nowhere. Returns how many counted.");

static PyObject *scatter(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *codes_object, *channels_object, *slots_object, *planes;
    Py_ssize_t customers;
    if (!PyArg_ParseTuple(args, "OOOO!n:scatter", &codes_object, &channels_object, &slots_object,
                          &PyTuple_Type, &planes, &customers))
        return NULL;
    Held held[MAX_MONTHS + 3];
    memset(held, 0, sizeof held);
    Held *rest = held + MAX_MONTHS;
    PyObject *answer = NULL;
    if (check_customers(customers) < 0) return NULL;
    int months = hold_planes(held, planes, 1, customers);
    if (months < 0 || hold(&rest[0], codes_object, 0, 0, sizeof(int32_t), "codes") < 0) goto done;
    Py_ssize_t events = items_of(&rest[0], sizeof(int32_t));
    if (hold(&rest[1], channels_object, 0, events, 1, "channels") < 0 ||
        hold(&rest[2], slots_object, 0, events, 1, "slots") < 0)
        goto done;
    uint8_t *base[256];
    memset(base, 0, sizeof base);
    for (int m = 0; m < months; m++) base[m] = held[m].view.buf;
    const int32_t *codes = rest[0].view.buf;
    const uint8_t *channels = rest[1].view.buf, *slots = rest[2].view.buf;
    Py_ssize_t counted = 0, bad = 0;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < events; i++) {
        if (i + AHEAD < events && base[slots[i + AHEAD]] && codes[i + AHEAD] >= 0)
            PREFETCH(base[slots[i + AHEAD]] + (int64_t)codes[i + AHEAD] * CHANNELS);
        uint8_t *plane = base[slots[i]];
        if (!plane) continue;
        if (codes[i] < 0 || codes[i] >= customers || channels[i] >= CHANNELS) {
            bad++;
            continue;
        }
        uint8_t *cell = plane + (int64_t)codes[i] * CHANNELS + channels[i];
        *cell = (uint8_t)(*cell + (*cell != 255));
        counted++;
    }
    Py_END_ALLOW_THREADS
    if (bad)
        PyErr_Format(PyExc_ValueError, "%zd events name no customer or channel of the planes", bad);
    else
        answer = PyLong_FromSsize_t(counted);
done:
    release(held, MAX_MONTHS + 3);
    return answer;
}

PyDoc_STRVAR(merge_doc, "merge(into, other)\n--\n\nAdd counts byte by byte, saturating at 255.");

static PyObject *merge(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *into_object, *other_object;
    if (!PyArg_ParseTuple(args, "OO:merge", &into_object, &other_object)) return NULL;
    Held held[2];
    memset(held, 0, sizeof held);
    PyObject *answer = NULL;
    if (hold(&held[0], into_object, 1, 0, 1, "into") < 0 ||
        hold(&held[1], other_object, 0, held[0].view.len, 1, "other") < 0)
        goto done;
    uint8_t *into = held[0].view.buf;
    const uint8_t *other = held[1].view.buf;
    Py_ssize_t size = held[0].view.len;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < size; i++) {
        unsigned sum = (unsigned)into[i] + other[i];
        into[i] = (uint8_t)(sum > 255 ? 255 : sum);
    }
    Py_END_ALLOW_THREADS
    answer = Py_None;
    Py_INCREF(answer);
done:
    release(held, 2);
    return answer;
}

PyDoc_STRVAR(slots_of_doc,
"slots_of(stamps, width, per_day, shift, table, first_day, slots)\n--\n\n"
"Look up the slot of each stamp by its local day: table[day - first_day], 255 outside.");

static PyObject *slots_of(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *stamps_object, *table_object, *slots_object;
    long long per_day, shift, first_day;
    int width;
    if (!PyArg_ParseTuple(args, "OiLLOLO:slots_of", &stamps_object, &width, &per_day, &shift,
                          &table_object, &first_day, &slots_object))
        return NULL;
    Held held[3];
    memset(held, 0, sizeof held);
    PyObject *answer = NULL;
    if (per_day < 1 || (width != 4 && width != 8)) {
        PyErr_SetString(PyExc_ValueError, "a stamp takes 4 or 8 bytes and a day at least one unit");
        return NULL;
    }
    if (hold(&held[0], stamps_object, 0, 0, width, "stamps") < 0) goto done;
    Py_ssize_t events = items_of(&held[0], width);
    if (hold(&held[1], table_object, 0, 0, 1, "table") < 0 ||
        hold(&held[2], slots_object, 1, events, 1, "slots") < 0)
        goto done;
    const int64_t *wide = held[0].view.buf;
    const int32_t *narrow = held[0].view.buf;
    const uint8_t *table = held[1].view.buf;
    uint8_t *slots = held[2].view.buf;
    int64_t days = held[1].view.len;
    /* Lifting the stamps above zero makes the division round down for all that the table holds. */
    uint64_t lifted = (uint64_t)shift - (uint64_t)first_day * (uint64_t)per_day;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < events; i++) {
        uint64_t above = (uint64_t)(width == 8 ? wide[i] : narrow[i]) + lifted;
        uint64_t day = per_day == 1 ? above : above / (uint64_t)per_day;
        slots[i] = day < (uint64_t)days ? table[day] : NOWHERE;
    }
    Py_END_ALLOW_THREADS
    answer = Py_None;
    Py_INCREF(answer);
done:
    release(held, 3);
    return answer;
}

/* ---- ids ----------------------------------------------------------------------------------- */

PyDoc_STRVAR(parse_digits_doc,
"parse_digits(offsets, width, data, keys)\n--\n\n"
"Read texts of up to 18 digits as the integer of a leading 1 and the digits; anything else gives 0.\n"
"Returns how many gave 0.");

static inline int64_t key_of(const uint8_t *text, int64_t length) {
    if (length < 1 || length > MAX_DIGITS) return 0;
    uint64_t key = 1;
    for (; length >= 8; length -= 8, text += 8) {
        uint64_t eight;
        memcpy(&eight, text, 8);
        if (((eight & 0xF0F0F0F0F0F0F0F0ULL) ^ 0x3030303030303030ULL) |
            (((eight + 0x0606060606060606ULL) & 0xF0F0F0F0F0F0F0F0ULL) ^ 0x3030303030303030ULL))
            return 0;
        eight -= 0x3030303030303030ULL;
        eight = eight * 10 + (eight >> 8); /* pairs */
        eight = (((eight & 0x000000FF000000FFULL) * 0x000F424000000064ULL) +
                 (((eight >> 16) & 0x000000FF000000FFULL) * 0x0000271000000001ULL)) >> 32;
        key = key * 100000000 + (uint32_t)eight;
    }
    for (; length; length--, text++) {
        unsigned digit = *text - '0';
        if (digit > 9) return 0;
        key = key * 10 + digit;
    }
    return (int64_t)key;
}

static PyObject *parse_digits(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *offsets_object, *data_object, *keys_object;
    int width;
    if (!PyArg_ParseTuple(args, "OiOO:parse_digits", &offsets_object, &width, &data_object, &keys_object))
        return NULL;
    if (width != 4 && width != 8) {
        PyErr_SetString(PyExc_ValueError, "an offset takes 4 or 8 bytes");
        return NULL;
    }
    Held held[3];
    memset(held, 0, sizeof held);
    PyObject *answer = NULL;
    if (hold(&held[0], offsets_object, 0, 1, width, "offsets") < 0) goto done;
    Py_ssize_t rows = items_of(&held[0], width) - 1;
    if (hold(&held[1], data_object, 0, 0, 1, "data") < 0 ||
        hold(&held[2], keys_object, 1, rows, sizeof(int64_t), "keys") < 0)
        goto done;
    const int32_t *narrow = held[0].view.buf;
    const int64_t *wide = held[0].view.buf;
    const uint8_t *data = held[1].view.buf;
    int64_t *keys = held[2].view.buf, size = held[1].view.len;
    Py_ssize_t zeros = 0, bad = 0;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < rows; i++) {
        int64_t from = width == 4 ? narrow[i] : wide[i], to = width == 4 ? narrow[i + 1] : wide[i + 1];
        if (from < 0 || to < from || to > size) {
            bad++;
            continue;
        }
        keys[i] = key_of(data + from, to - from);
        zeros += keys[i] == 0;
    }
    Py_END_ALLOW_THREADS
    if (bad) PyErr_Format(PyExc_ValueError, "%zd offsets lie outside the data", bad);
    else answer = PyLong_FromSsize_t(zeros);
done:
    release(held, 3);
    return answer;
}

PyDoc_STRVAR(keys_of_doc,
"keys_of(numbers, keys)\n--\n\n"
"Turn integers of up to 18 digits into ids of just their digits; a negative or longer one gives 0.\n"
"Returns how many gave 0.");

static PyObject *keys_of(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *numbers_object, *keys_object;
    if (!PyArg_ParseTuple(args, "OO:keys_of", &numbers_object, &keys_object)) return NULL;
    Held held[2];
    memset(held, 0, sizeof held);
    PyObject *answer = NULL;
    if (hold(&held[0], numbers_object, 0, 0, sizeof(int64_t), "numbers") < 0) goto done;
    Py_ssize_t rows = items_of(&held[0], sizeof(int64_t)), zeros = 0;
    if (hold(&held[1], keys_object, 1, rows, sizeof(int64_t), "keys") < 0) goto done;
    const int64_t *numbers = held[0].view.buf;
    int64_t *keys = held[1].view.buf;
    Py_BEGIN_ALLOW_THREADS
    int64_t power = 10;
    for (Py_ssize_t i = 0; i < rows; i++) {
        int64_t n = numbers[i];
        if (n < 0 || n >= (int64_t)LONGEST) {
            keys[i] = 0;
            zeros++;
            continue;
        }
        if (n >= power || n < power / 10) /* neighbours mostly have as many digits */
            for (power = 10; power <= n; power *= 10) {}
        keys[i] = n + power;
    }
    Py_END_ALLOW_THREADS
    answer = PyLong_FromSsize_t(zeros);
done:
    release(held, 2);
    return answer;
}

PyDoc_STRVAR(texts_of_doc,
"texts_of(keys, offsets, data)\n--\n\n"
"Write the digits of keys one after the other, and where each begins and ends. Returns the bytes\n"
"written; -1 where a key is not of digits. data takes up to 18 bytes a key.");

static const char PAIRS[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

/* Write the lowest digits of a number, and return what is left of it. */
static inline uint64_t write_digits(uint8_t *to, int digits, uint64_t number) {
    for (; digits >= 2; digits -= 2, number /= 100)
        memcpy(to + digits - 2, PAIRS + number % 100 * 2, 2);
    if (digits) *to = (uint8_t)('0' + number % 10), number /= 10;
    return number;
}

static PyObject *texts_of(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *keys_object, *offsets_object, *data_object;
    if (!PyArg_ParseTuple(args, "OOO:texts_of", &keys_object, &offsets_object, &data_object)) return NULL;
    Held held[3];
    memset(held, 0, sizeof held);
    PyObject *answer = NULL;
    if (hold(&held[0], keys_object, 0, 0, sizeof(int64_t), "keys") < 0) goto done;
    Py_ssize_t rows = items_of(&held[0], sizeof(int64_t));
    if (rows > INT32_MAX / MAX_DIGITS) {
        PyErr_Format(PyExc_ValueError, "%zd keys are too many for offsets of 32 bits", rows);
        goto done;
    }
    if (hold(&held[1], offsets_object, 1, rows + 1, sizeof(int32_t), "offsets") < 0 ||
        hold(&held[2], data_object, 1, rows * MAX_DIGITS, 1, "data") < 0)
        goto done;
    const int64_t *keys = held[0].view.buf;
    int32_t *offsets = held[1].view.buf, at = 0;
    uint8_t *data = held[2].view.buf;
    Py_ssize_t bad = 0;
    Py_BEGIN_ALLOW_THREADS
    uint64_t power = 10;
    int digits = 1;
    for (Py_ssize_t i = 0; i < rows; i++) {
        uint64_t key = (uint64_t)keys[i];
        offsets[i] = at;
        if (keys[i] < 10 || key >= 2 * LONGEST) {
            bad++;
            continue;
        }
        if (key < power || key >= 2 * power) /* neighbours mostly have as many digits */
            for (power = 10, digits = 1; key >= 2 * power; power *= 10) digits++;
        bad += write_digits(data + at, digits, key) != 1;
        at += digits;
    }
    offsets[rows] = at;
    Py_END_ALLOW_THREADS
    answer = PyLong_FromLong(bad ? -1 : at);
done:
    release(held, 3);
    return answer;
}

PyDoc_STRVAR(partition_doc,
"partition(keys, columns, slots, shards, keys_out, columns_out, slots_out)\n--\n\n"
"Group events by shard, in order. Returns the first event of each shard, and the end.");

#define MAX_SHARDS 64

static inline uint64_t hash(int64_t key) {
    uint64_t h = (uint64_t)key * 0x9E3779B97F4A7C15ULL;
    return h ^ (h >> 32);
}

static inline int shard_of(int64_t key, int shards) {
    return (int)(((hash(key) >> 40) * (uint64_t)shards) >> 24);
}

static PyObject *partition(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *in[3], *out[3];
    int shards;
    if (!PyArg_ParseTuple(args, "OOOiOOO:partition", &in[0], &in[1], &in[2], &shards, &out[0], &out[1],
                          &out[2]))
        return NULL;
    if (shards < 1 || shards > MAX_SHARDS) {
        PyErr_Format(PyExc_ValueError, "1 to %d shards, not %d", MAX_SHARDS, shards);
        return NULL;
    }
    Held held[6];
    memset(held, 0, sizeof held);
    PyObject *answer = NULL;
    if (hold(&held[0], in[0], 0, 0, sizeof(int64_t), "keys") < 0) goto done;
    Py_ssize_t events = items_of(&held[0], sizeof(int64_t));
    if (hold(&held[1], in[1], 0, events, 1, "columns") < 0 ||
        hold(&held[2], in[2], 0, events, 1, "slots") < 0 ||
        hold(&held[3], out[0], 1, events, sizeof(int64_t), "keys_out") < 0 ||
        hold(&held[4], out[1], 1, events, 1, "columns_out") < 0 ||
        hold(&held[5], out[2], 1, events, 1, "slots_out") < 0)
        goto done;
    const int64_t *keys = held[0].view.buf;
    const uint8_t *columns = held[1].view.buf, *slots = held[2].view.buf;
    int64_t *keys_out = held[3].view.buf;
    uint8_t *columns_out = held[4].view.buf, *slots_out = held[5].view.buf;
    Py_ssize_t from[MAX_SHARDS + 1], at[MAX_SHARDS];
    memset(from, 0, sizeof from);
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < events; i++) from[shard_of(keys[i], shards) + 1]++;
    for (int k = 0; k < shards; k++) from[k + 1] += from[k], at[k] = from[k];
    for (Py_ssize_t i = 0; i < events; i++) {
        Py_ssize_t to = at[shard_of(keys[i], shards)]++;
        keys_out[to] = keys[i];
        columns_out[to] = columns[i];
        slots_out[to] = slots[i];
    }
    Py_END_ALLOW_THREADS
    answer = PyTuple_New(shards + 1);
    for (int k = 0; answer && k <= shards; k++) {
        PyObject *number = PyLong_FromSsize_t(from[k]);
        if (!number || PyTuple_SetItem(answer, k, number) < 0) {
            Py_DECREF(answer);
            answer = NULL;
        }
    }
done:
    release(held, 6);
    return answer;
}

/* A table from keys to dense codes in order of appearance. Key 0 is no id.
 *
 * Five keys and their codes share a line of cache, filled from the front; when it is full, the next
 * line takes over. Comparing all five costs less than a branch that guesses wrong. At most three
 * places in four are taken, and the table doubles: 17 to 34 bytes an id. */
#define PLACES 5

typedef struct {
    int64_t key[PLACES];
    int32_t code[PLACES];
    int32_t unused;
} Line;

typedef struct {
    PyObject_HEAD
    void *memory;
    Line *lines; /* in memory, at a line of cache */
    uint64_t size;
    int64_t used;
    int is_busy;
} IdTable;

/* The lower half of the hash: the upper one deals out the shards, and is alike within each. */
static inline uint64_t line_of(int64_t key, uint64_t size) {
    return ((uint64_t)(uint32_t)hash(key) * size) >> 32;
}

/* Zeros that are looked up at random: in large pages, where the system has them, they cost one miss
 * less a look-up. */
static void *zeros(size_t bytes) {
    void *memory = calloc(bytes, 1);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (memory && bytes >= LARGE) {
        uintptr_t skip = (uintptr_t)4096 - (uintptr_t)memory % 4096;
        madvise((char *)memory + skip, bytes - skip, MADV_HUGEPAGE); /* advice: it may be refused */
    }
#endif
    return memory;
}

/* The places of a line that hold a key, as bits. */
static inline unsigned places_of(const Line *line, int64_t key) {
    unsigned found = 0;
    for (int k = 0; k < PLACES; k++) found |= (unsigned)(line->key[k] == key) << k;
    return found;
}

static inline int lowest(unsigned bits) {
#if defined(__GNUC__)
    return __builtin_ctz(bits);
#else
    int k = 0;
    while (!(bits >> k & 1)) k++;
    return k;
#endif
}

/* Return where the code of a key stands; a key that is not there yet is given `fresh`. */
static inline int32_t *place(Line *lines, uint64_t size, int64_t key, int32_t fresh) {
    uint64_t at = line_of(key, size);
    for (;; at = at + 1 < size ? at + 1 : 0) {
        Line *line = &lines[at];
        unsigned found = places_of(line, key);
        if (found) return &line->code[lowest(found)];
        unsigned free_places = places_of(line, 0);
        if (!free_places) continue;
        int k = lowest(free_places);
        line->key[k] = key;
        line->code[k] = fresh;
        return &line->code[k];
    }
}

static int grow(IdTable *table, int64_t ids) {
    uint64_t least = (uint64_t)ids * 4 / (3 * PLACES) + 256, size = 2 * table->size;
    if (least <= table->size) return 0;
    if (size < least) size = least;
    void *memory = zeros((size_t)(size + 1) * sizeof(Line));
    if (!memory) return -1;
    Line *lines = (Line *)((char *)memory + (sizeof(Line) - (uintptr_t)memory % sizeof(Line)));
    for (uint64_t at = 0; at < table->size; at++)
        for (int k = 0; k < PLACES && table->lines[at].key[k]; k++)
            place(lines, size, table->lines[at].key[k], table->lines[at].code[k]);
    free(table->memory);
    table->memory = memory;
    table->lines = lines;
    table->size = size;
    return 0;
}

#define ID_AHEAD 64
#define ID_CHUNK 4096
enum { NO_MEMORY = -1, TOO_MANY = -2 };

static int encode_all(IdTable *table, const int64_t *keys, int32_t *codes, Py_ssize_t rows) {
    for (Py_ssize_t from = 0; from < rows; from += ID_CHUNK) {
        Py_ssize_t to = from + ID_CHUNK < rows ? from + ID_CHUNK : rows;
        if (table->used + (to - from) > INT32_MAX) return TOO_MANY;
        if (grow(table, table->used + (to - from)) < 0) return NO_MEMORY;
        Line *lines = table->lines;
        uint64_t size = table->size;
        int32_t used = (int32_t)table->used;
        for (Py_ssize_t i = from; i < to; i++) {
            if (i + ID_AHEAD < rows) PREFETCH(lines + line_of(keys[i + ID_AHEAD], size));
            codes[i] = keys[i] ? *place(lines, size, keys[i], used) : -1;
            used += codes[i] == used;
        }
        table->used = used;
    }
    return 0;
}

/* While a thread encodes without the GIL, no other may touch the table. */
static int check_free(const IdTable *table) {
    if (!table->is_busy) return 0;
    PyErr_SetString(PyExc_RuntimeError, "the table is in use by another thread");
    return -1;
}

static PyObject *table_encode(PyObject *self, PyObject *args) {
    IdTable *table = (IdTable *)self;
    PyObject *keys_object, *codes_object;
    if (!PyArg_ParseTuple(args, "OO:encode", &keys_object, &codes_object)) return NULL;
    Held held[2];
    memset(held, 0, sizeof held);
    PyObject *answer = NULL;
    if (check_free(table) < 0) return NULL;
    if (hold(&held[0], keys_object, 0, 0, sizeof(int64_t), "keys") < 0) goto done;
    Py_ssize_t rows = items_of(&held[0], sizeof(int64_t));
    if (hold(&held[1], codes_object, 1, rows, sizeof(int32_t), "codes") < 0) goto done;
    int failed;
    table->is_busy = 1;
    Py_BEGIN_ALLOW_THREADS
    failed = encode_all(table, held[0].view.buf, held[1].view.buf, rows);
    Py_END_ALLOW_THREADS
    table->is_busy = 0;
    if (failed == NO_MEMORY) PyErr_NoMemory();
    else if (failed) PyErr_SetString(PyExc_OverflowError, "more than 2**31 ids");
    else answer = PyLong_FromLongLong(table->used);
done:
    release(held, 2);
    return answer;
}

static PyObject *table_keys(PyObject *self, PyObject *nothing) {
    (void)nothing;
    IdTable *table = (IdTable *)self;
    if (check_free(table) < 0) return NULL;
    PyObject *answer = PyBytes_FromStringAndSize(NULL, table->used * (Py_ssize_t)sizeof(int64_t));
    char *keys = answer ? PyBytes_AsString(answer) : NULL;
    for (uint64_t at = 0; keys && at < table->size; at++)
        for (int k = 0; k < PLACES && table->lines[at].key[k]; k++)
            memcpy(keys + 8 * (int64_t)table->lines[at].code[k], &table->lines[at].key[k], 8);
    return answer;
}

static Py_ssize_t table_length(PyObject *self) { return ((IdTable *)self)->used; }

static PyObject *table_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"expected", NULL};
    Py_ssize_t expected = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|n:IdTable", names, &expected)) return NULL;
    if (expected < 0 || expected > INT32_MAX) {
        PyErr_Format(PyExc_ValueError, "a table takes 0 to 2**31 - 1 ids, not %zd", expected);
        return NULL;
    }
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    IdTable *table = (IdTable *)allocate(type, 0);
    if (!table) return NULL;
    if (grow(table, expected) < 0) {
        Py_DECREF(table);
        return PyErr_NoMemory();
    }
    return (PyObject *)table;
}

static void table_dealloc(PyObject *self) {
    IdTable *table = (IdTable *)self;
    PyTypeObject *type = Py_TYPE(self);
    free(table->memory);
    freefunc release_object = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release_object(self);
    Py_DECREF(type);
}

static PyMethodDef table_methods[] = {
    {"encode", table_encode, METH_VARARGS,
     "encode(keys, codes)\n--\n\nWrite the code of each key, new keys in order; -1 for key 0."},
    {"keys", table_keys, METH_NOARGS, "keys()\n--\n\nReturn the keys by code, as int64 bytes."},
    {NULL, NULL, 0, NULL}};

static PyType_Slot table_slots[] = {{Py_tp_new, table_new},
                                    {Py_tp_dealloc, table_dealloc},
                                    {Py_tp_methods, table_methods},
                                    {Py_sq_length, table_length},
                                    {Py_tp_doc, "IdTable(expected=0)\n--\n\nKeys to dense codes."},
                                    {0, NULL}};

static PyType_Spec table_spec = {"powerchannel._kernels._core.IdTable", sizeof(IdTable), 0,
                                 Py_TPFLAGS_DEFAULT, table_slots};

/* ---- module -------------------------------------------------------------------------------- */

static PyObject *level(PyObject *self, PyObject *nothing) {
    (void)self, (void)nothing;
    return PyLong_FromLong(cpu_level());
}

static PyMethodDef methods[] = {
    {"finalise", finalise, METH_VARARGS, finalise_doc},
    {"scatter", scatter, METH_VARARGS, scatter_doc},
    {"merge", merge, METH_VARARGS, merge_doc},
    {"slots_of", slots_of, METH_VARARGS, slots_of_doc},
    {"parse_digits", parse_digits, METH_VARARGS, parse_digits_doc},
    {"partition", partition, METH_VARARGS, partition_doc},
    {"keys_of", keys_of, METH_VARARGS, keys_of_doc},
    {"texts_of", texts_of, METH_VARARGS, texts_of_doc},
    {"level", level, METH_NOARGS, "level()\n--\n\n0 plain, 1 AVX2, 2 AVX-512: what this machine runs."},
    {NULL, NULL, 0, NULL}};

static int fill(PyObject *module) {
    PyObject *type = PyType_FromSpec(&table_spec);
    if (!type) return -1;
    if (PyModule_AddObject(module, "IdTable", type) < 0) {
        Py_DECREF(type);
        return -1;
    }
    return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "powerchannel._kernels._core", "The compiled path of channel scoring.", 0,
    methods, slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&definition); }
