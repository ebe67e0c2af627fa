package dev.gantry.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.gantry.files.FileTrees;
import io.grpc.Channel;
import io.grpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.LoggerFactory;

/** A server that asks for no tokens, and is called with bytes that need not be messages. */
final class FuzzedServer {

    /** The only one: the fuzzer calls static methods, and runs a target for as long as the process lives. */
    static final FuzzedServer OF_PROCESS = start();

    /** Statuses that say that the server has failed, or has not answered. */
    private static final Set<Status.Code> FAILURES =
            EnumSet.of(Status.Code.UNKNOWN, Status.Code.INTERNAL, Status.Code.DATA_LOSS, Status.Code.DEADLINE_EXCEEDED);

    private final TestServer server;
    private final FailureLog log = new FailureLog();

    private FuzzedServer(TestServer server) {
        this.server = server;
    }

    private static FuzzedServer start() {
        // gRPC logs what its callbacks throw by java.util.logging.
        ProgramLog.start();
        try {
            FuzzedServer fuzzed = new FuzzedServer(TestServer.start(Files.createTempDirectory("gantry-fuzz-")));
            fuzzed.log.start();
            ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(fuzzed.log);
            Runtime.getRuntime().addShutdownHook(new Thread(fuzzed::stop));
            return fuzzed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void stop() {
        server.close();
        try {
            FileTrees.delete(server.directory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a channel to the server. */
    Channel channel() {
        return server.channel();
    }

    /**
     * Looks at how a call has ended.
     *
     * @param call the call, for messages
     * @param end how it has ended
     * @throws AssertionError if the server has failed, has not answered, or has logged a failure
     */
    void require(String call, Status end) {
        if (FAILURES.contains(end.getCode())) {
            throw new AssertionError("%s: %s".formatted(call, end));
        }
        String failure = log.last.getAndSet(null);
        if (failure != null) {
            throw new AssertionError("%s: the server logged: %s".formatted(call, failure));
        }
    }

    /** Keeps the last failure that was logged. */
    private static final class FailureLog extends AppenderBase<ILoggingEvent> {

        private final AtomicReference<String> last = new AtomicReference<>();

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getThrowableProxy() != null) {
                last.set(event.getFormattedMessage() + ": "
                        + event.getThrowableProxy().getClassName() + ": "
                        + event.getThrowableProxy().getMessage());
            } else if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
                last.set(event.getFormattedMessage());
            }
        }
    }
}
