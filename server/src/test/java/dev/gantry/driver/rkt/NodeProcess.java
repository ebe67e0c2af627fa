package dev.gantry.driver.rkt;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskRequest;
import dev.gantry.v1.LogConfig;
import java.nio.file.Path;

/** A process that starts a task, says which pod it became, and then does nothing: to be killed. */
final class NodeProcess {

    private NodeProcess() {}

    public static void main(String[] args) throws Exception {
        DriverFixture fixture = DriverFixture.found(Path.of(args[0]));
        TaskRequest request = fixture.request("web", "{\"image\": \"a\"}");
        LogConfig.Builder logs = LogConfig.newBuilder().setMaxFiles(20).setMaxFileSizeMib(1);
        RunningTask task = fixture.driver()
                .start(fixture.request(request.task().toBuilder().setLogs(logs), request.environment()));
        System.out.println(task.podId());
        Thread.currentThread().join();
    }
}
