// SPDX-License-Identifier: GPL-2.0
/*
 * The perf PMU "hvbench": every counter of uapi/counters.h that only grows, the
 * exits by reason, and the sum of the flushes that were executed, for a task or
 * a CPU.
 *
 * Nothing happens where a counter is incremented. A VM's statistics change
 * while its vCPU has a CPU (between hv_pmu_begin() and hv_pmu_end()), and what
 * they changed by goes to the events that count on that CPU. Interrupts are off
 * all that time, and perf adds and removes events by interrupts or at a switch
 * of tasks, so the list of a CPU's events stands still. Only a read can come in
 * between: from an NMI, or by a tracepoint that reads the other events of its
 * group. Then the event's pmu_private names the statistics that it reads.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/percpu.h>
#include <linux/perf_event.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include <linux/version.h>

#include "pmu.h"

/* Of an event's number: below are the counters, by enum hvbench_counter. */
#define EVENT_EXITS 0x100 /* plus the basic exit reason */
#define EVENT_TLB_FLUSH_VMM 0x200

static_assert(HVBENCH_NR_COUNTERS <= EVENT_EXITS);
static_assert(EVENT_EXITS + HVBENCH_NR_EXIT_REASONS <= EVENT_TLB_FLUSH_VMM);

#define EXECUTED_FLUSH "flush_" /* how the names of counters of that class begin */

DEFINE_STATIC_KEY_FALSE(hv_pmu_used);

/* The events that count on a CPU, by perf_event.active_entry. Its own, interrupts off. */
static DEFINE_PER_CPU(struct list_head, active);

enum counter_kind { EVENT, GAUGE, PEAK };

static const struct {
	const char *name, *unit;
	enum counter_kind kind;
} counters[HVBENCH_NR_COUNTERS] = {
#define COUNTER(name, kind, unit, help) { #name, unit, kind },
	HVBENCH_COUNTERS(COUNTER)
#undef COUNTER
};

static const char *const exit_names[HVBENCH_NR_EXIT_REASONS] = {
#define REASON(number, name, help) [number] = #name,
	HVBENCH_EXIT_REASONS(REASON)
#undef REASON
};

static bool is_flush[HVBENCH_NR_COUNTERS]; /* of the class that EVENT_TLB_FLUSH_VMM sums up */

/* The number comes from whoever opens an event: no table is looked up beyond its end. */
static bool is_event(u64 event)
{
	u64 reason = event - EVENT_EXITS;

	if (event == EVENT_TLB_FLUSH_VMM)
		return true;
	if (event < HVBENCH_NR_COUNTERS)
		return counters[array_index_nospec(event, HVBENCH_NR_COUNTERS)].kind == EVENT;
	return reason < HVBENCH_NR_EXIT_REASONS &&
	       exit_names[array_index_nospec(reason, HVBENCH_NR_EXIT_REASONS)];
}

static u64 value(u64 event, const u64 *counter, const u64 *exits)
{
	u64 sum = 0;
	u32 i;

	if (event < EVENT_EXITS)
		return READ_ONCE(counter[event]);
	if (event < EVENT_TLB_FLUSH_VMM)
		return READ_ONCE(exits[event - EVENT_EXITS]);
	for (i = 0; i < HVBENCH_NR_COUNTERS; i++)
		sum += is_flush[i] ? READ_ONCE(counter[i]) : 0;
	return sum;
}

static u64 value_now(const struct perf_event *event, const struct hvbench_stats *stats)
{
	return value(event->hw.config, stats->counter, stats->exits);
}

/* What has come since the last look. An NMI that looks as well may come anywhere in it. */
static u64 news(struct perf_event *event)
{
	const struct hvbench_stats *stats = READ_ONCE(event->pmu_private);
	u64 before, now;

	if (!stats)
		return 0;
	do {
		before = local64_read(&event->hw.prev_count);
		now = value_now(event, stats);
	} while (local64_cmpxchg(&event->hw.prev_count, before, now) != before);
	return now - before;
}

static void event_read(struct perf_event *event)
{
	u64 count = news(event);

	if (!(event->hw.state & PERF_HES_STOPPED))
		local64_add(count, &event->count);
}

void hv_pmu_begin_events(const struct hvbench_stats *stats)
{
	struct perf_event *event;

	list_for_each_entry(event, this_cpu_ptr(&active), active_entry) {
		local64_set(&event->hw.prev_count, value_now(event, stats));
		barrier(); /* whoever sees pmu_private sees prev_count */
		WRITE_ONCE(event->pmu_private, (void *)stats);
	}
}

void hv_pmu_end_events(void)
{
	struct perf_event *event;

	list_for_each_entry(event, this_cpu_ptr(&active), active_entry) {
		event_read(event);
		WRITE_ONCE(event->pmu_private, NULL);
	}
}

void hv_pmu_mark(const struct hvbench_stats *stats, struct hv_pmu_mark *mark)
{
	mark->used = static_branch_unlikely(&hv_pmu_used);
	if (mark->used)
		memcpy(mark->counter, stats->counter, sizeof(mark->counter));
}

void hv_pmu_add_since(const struct hvbench_stats *stats, const struct hv_pmu_mark *mark)
{
	struct perf_event *event;
	unsigned long flags;

	if (!mark->used)
		return;
	local_irq_save(flags);
	list_for_each_entry(event, this_cpu_ptr(&active), active_entry) {
		u64 before = value(event->hw.config, mark->counter, stats->exits);

		if (!(event->hw.state & PERF_HES_STOPPED))
			local64_add(value_now(event, stats) - before, &event->count);
	}
	local_irq_restore(flags);
}

/* ---- what perf asks for ---- */

static void event_start(struct perf_event *event, int flags)
{
	news(event);
	event->hw.state = 0;
}

static void event_stop(struct perf_event *event, int flags)
{
	event_read(event);
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
}

/* Interrupts off, and no vCPU has this CPU. */
static int event_add(struct perf_event *event, int flags)
{
	event->hw.state = flags & PERF_EF_START ? 0 : PERF_HES_STOPPED | PERF_HES_UPTODATE;
	list_add_tail(&event->active_entry, this_cpu_ptr(&active));
	return 0;
}

/* Likewise, so that the count is complete: hv_pmu_end() has seen to that. */
static void event_del(struct perf_event *event, int flags)
{
	list_del_init(&event->active_entry);
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
}

static void event_destroy(struct perf_event *event)
{
	static_branch_dec(&hv_pmu_used);
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
/*
 * A task's context of software events remembers the PMU whose event it was made
 * for until the task runs, however long that is after our module is gone. So an
 * event of perf's own makes it.
 */
static int make_context(struct task_struct *task)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.disabled = 1,
	};
	struct perf_event *event = perf_event_create_kernel_counter(&attr, -1, task, NULL, NULL);

	if (IS_ERR(event))
		return PTR_ERR(event);
	perf_event_release_kernel(event);
	return 0;
}

static bool has_config3(const struct perf_event_attr *attr)
{
	return false;
}
#else
static int make_context(struct task_struct *task)
{
	return 0;
}

static bool has_config3(const struct perf_event_attr *attr)
{
	return attr->config3;
}
#endif

/* May sleep. Sampling and exclude_* bits are refused by perf itself: see capabilities. */
static int event_init(struct perf_event *event)
{
	const struct perf_event_attr *attr = &event->attr;
	int err;

	if (attr->type != event->pmu->type)
		return -ENOENT;
	if (has_branch_stack(event))
		return -EOPNOTSUPP;
	if (!is_event(attr->config) || attr->config1 || attr->config2 || has_config3(attr))
		return -EINVAL;
	/* One that is inherited goes where its parent's context was cloned. */
	if (event->hw.target && !event->parent) {
		err = make_context(event->hw.target);
		if (err)
			return err;
	}
	event->hw.config = attr->config;
	event->destroy = event_destroy;
	static_branch_inc(&hv_pmu_used);
	return 0;
}

/* ---- sysfs: events/NAME and events/NAME.unit, format/event ---- */

struct event_attribute {
	struct device_attribute device;
	char name[40];
	u64 event;
	const char *unit; /* NULL: the file tells the event's number */
};

#define MAX_EVENTS (HVBENCH_NR_COUNTERS + HVBENCH_NR_EXIT_REASONS + 1)

static struct event_attribute attributes[2 * MAX_EVENTS];
static struct attribute *event_attrs[2 * MAX_EVENTS + 1];
static u32 nr_attributes;

static ssize_t show_event(struct device *dev, struct device_attribute *device, char *page)
{
	const struct event_attribute *a = container_of(device, struct event_attribute, device);

	return a->unit ? sysfs_emit(page, "%s\n", a->unit)
		       : sysfs_emit(page, "event=%#llx\n", a->event);
}

static void add_file(u64 event, const char *prefix, const char *name, const char *unit)
{
	struct event_attribute *a = &attributes[nr_attributes];

	snprintf(a->name, sizeof(a->name), "%s%s%s", prefix, name, unit ? ".unit" : "");
	string_lower(a->name, a->name);
	sysfs_attr_init(&a->device.attr);
	a->device.attr.name = a->name;
	a->device.attr.mode = 0444;
	a->device.show = show_event;
	a->event = event;
	a->unit = unit;
	event_attrs[nr_attributes++] = &a->device.attr;
}

static void add_event(u64 event, const char *prefix, const char *name, const char *unit)
{
	if (!is_event(event))
		return;
	add_file(event, prefix, name, NULL);
	add_file(event, prefix, name, unit);
}

static void make_events(void)
{
	u32 i;

	for (i = 0; i < HVBENCH_NR_COUNTERS; i++) {
		is_flush[i] = !strncmp(counters[i].name, EXECUTED_FLUSH, strlen(EXECUTED_FLUSH));
		add_event(i, "", counters[i].name, counters[i].unit);
	}
	for (i = 0; i < HVBENCH_NR_EXIT_REASONS; i++)
		add_event(EVENT_EXITS + i, "exit_", exit_names[i], "exits");
	add_event(EVENT_TLB_FLUSH_VMM, "", "tlb_flush_vmm", "flushes");
}

PMU_FORMAT_ATTR(event, "config:0-9");

static struct attribute *format_attrs[] = { &format_attr_event.attr, NULL };

static const struct attribute_group format_group = { .name = "format", .attrs = format_attrs };
static const struct attribute_group events_group = { .name = "events", .attrs = event_attrs };
static const struct attribute_group *groups[] = { &format_group, &events_group, NULL };

static struct pmu pmu = {
	.module = THIS_MODULE,
	.attr_groups = groups,
	/* As perf's own software events: they never compete, and join any group. */
	.task_ctx_nr = perf_sw_context,
	.capabilities = PERF_PMU_CAP_NO_INTERRUPT | PERF_PMU_CAP_NO_EXCLUDE,
	.event_init = event_init,
	.add = event_add,
	.del = event_del,
	.start = event_start,
	.stop = event_stop,
	.read = event_read,
};

int hv_pmu_register(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		INIT_LIST_HEAD(per_cpu_ptr(&active, cpu));
	make_events();
	return perf_pmu_register(&pmu, "hvbench", -1);
}

void hv_pmu_unregister(void)
{
	perf_pmu_unregister(&pmu);
}
