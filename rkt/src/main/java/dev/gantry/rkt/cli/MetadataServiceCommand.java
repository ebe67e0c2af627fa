package dev.gantry.rkt.cli;

import dev.gantry.rkt.PrivateDirectory;
import dev.gantry.rkt.ProcessIdentity;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.cli.FlagSyntax.Kind;
import dev.gantry.rkt.cli.Flags.Flag;
import dev.gantry.rkt.metadata.MetadataService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** {@code rkt metadata-service}: serves until it is ended by a signal. */
final class MetadataServiceCommand {

    /** The file that tells {@code run-prepared --mds-register} which process serves, and on which port. */
    private static final String RECORD = "metadata-service";

    private static final FlagSyntax SYNTAX = GlobalOptions.SYNTAX.with(Kind.VALUE, "listen-port");
    private static final String USUAL_PORT = "18112";

    /** The longest time for a request, and for a response, in seconds. */
    private static final String PATIENCE = "10";

    private MetadataServiceCommand() {}

    static void run(Session.Factory sessions, List<String> words) throws UsageException, RktException, IOException {
        List<String> operands = new ArrayList<>();
        Flags flags = Flags.read(SYNTAX, words, operands);
        int port = port(flags);
        if (!operands.isEmpty()) {
            throw UsageException.error("unexpected argument \"%s\"".formatted(operands.get(0)));
        }
        Session session = sessions.open(RECORD, flags);
        Privileges.requireRoot();
        Path directory = session.options().dataDirectory();
        PrivateDirectory.create(directory.resolve("pods"));
        Path record = directory.resolve(RECORD);
        if (ProcessIdentity.isAlive(record)) {
            throw new RktException("a metadata service runs already for \"%s\"".formatted(directory));
        }
        System.setProperty("sun.net.httpserver.maxReqTime", PATIENCE);
        System.setProperty("sun.net.httpserver.maxRspTime", PATIENCE);
        try (MetadataService service = new MetadataService(directory, port, session::say)) {
            Path replacement = directory.resolve(RECORD + ".new");
            Files.writeString(replacement, ProcessIdentity.current() + "\n" + service.port() + "\n");
            Files.move(replacement, record, StandardCopyOption.ATOMIC_MOVE);
            session.say("listening on port %d".formatted(service.port()));
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int port(Flags flags) throws UsageException {
        String port = flags.last("listen-port").orElse(USUAL_PORT);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
            throw UsageException.invalidValue(new Flag("listen-port", port), "expected a port, 0 to 65535");
        }
        return Integer.parseInt(port);
    }
}
