package dev.gantry.driver.rkt;

import dev.gantry.driver.RunningTask;
import java.nio.file.Path;

/** A process that starts a task, says which pod it became, and then does nothing: to be killed. */
final class NodeProcess {

    private NodeProcess() {}

    public static void main(String[] args) throws Exception {
        DriverFixture fixture = DriverFixture.found(Path.of(args[0]));
        RunningTask task = fixture.driver().start(fixture.request("web", "{\"image\": \"a\"}"));
        System.out.println(task.podId());
        Thread.currentThread().join();
    }
}
