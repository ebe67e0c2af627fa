package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.client.Jobs;
import dev.gantry.v1.Job;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Submits jobs, each client one after the other.
 *
 * @param client reaches the server
 * @param clients how many submit at a time
 */
record Submissions(GantryClient client, int clients) {

    /**
     * Submits jobs with new ids and waits for the answers.
     *
     * @param prefix the beginning of the ids
     * @param count the number of jobs
     * @return how long each took
     */
    Latencies submitAll(String prefix, int count) throws InterruptedException, ExecutionException {
        Latencies answers = new Latencies(count);
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Future<?>> all = IntStream.range(0, clients)
                    .<Future<?>>mapToObj(i -> threads.submit(() -> submit(prefix, next, answers)))
                    .toList();
            for (Future<?> each : all) {
                each.get();
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    private void submit(String prefix, AtomicInteger next, Latencies answers) {
        for (int i = next.getAndIncrement(); i < answers.capacity(); i = next.getAndIncrement()) {
            Job job = job(id(prefix, i));
            long asked = System.nanoTime();
            client.jobs().submit(job);
            answers.record(System.nanoTime() - asked);
        }
    }

    /** Returns the id of the job with a number. */
    static String id(String prefix, int number) {
        return "%s-%07d".formatted(prefix, number);
    }

    /** Returns a job with one task and a constraint. */
    static Job job(String id) {
        return Jobs.batch(id)
                .constraint("${driver.rkt.version}", ">", "1.2")
                .group(Jobs.group("group")
                        .task(Jobs.rkt("task", "/srv/images/task.aci").net("host")))
                .build();
    }
}
