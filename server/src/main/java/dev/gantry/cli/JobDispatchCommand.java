package dev.gantry.cli;

import dev.gantry.client.DispatchOptions;
import dev.gantry.client.GantryClient;
import dev.gantry.v1.DispatchJobResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job dispatch}: runs a parameterized job. */
@Command(name = "dispatch", description = "Makes a child of a parameterized job and prints its id.")
final class JobDispatchCommand extends ClientCommand {

    /** The server's limit. One more byte is read, to detect a larger payload. */
    private static final int LARGEST_PAYLOAD = 16 * 1024;

    @Parameters(index = "0", paramLabel = "JOB", description = "The parameterized job's id.")
    private String jobId;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "A file with the payload, at most 16 KiB. - reads it from standard input.")
    private String payload;

    @Option(names = "--meta", paramLabel = "KEY=VALUE", description = "A value for a key that the job takes.")
    private Map<String, String> meta = Map.of();

    @Mixin
    private JsonOption json;

    JobDispatchCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        DispatchOptions options = options();
        DispatchJobResponse child =
                JobPrefix.change(client, jobId, () -> client.jobs().dispatch(jobId, options));
        json.print(
                context(),
                child,
                () -> List.of(
                        "Dispatched Job ID = " + child.getDispatchedJobId(),
                        "Evaluation ID     = " + TextFormat.shortId(child.getEvaluationId()),
                        "",
                        "See: gantry job status " + child.getDispatchedJobId()));
        return GantryCli.DONE;
    }

    private DispatchOptions options() {
        DispatchOptions options = DispatchOptions.EMPTY.withPayload(payload());
        for (Map.Entry<String, String> value : meta.entrySet()) {
            options = options.withMeta(value.getKey(), value.getValue());
        }
        return options;
    }

    private byte[] payload() {
        if (payload == null) {
            return new byte[0];
        }
        try (InputStream in = payload.equals("-") ? context().console().in() : Files.newInputStream(Path.of(payload))) {
            byte[] bytes = in.readNBytes(LARGEST_PAYLOAD + 1);
            if (bytes.length > LARGEST_PAYLOAD) {
                throw new CommandFailedException("The payload %s is longer than 16 KiB".formatted(payload));
            }
            return bytes;
        } catch (IOException e) {
            throw new CommandFailedException("Can't read the payload %s: %s".formatted(payload, e.getMessage()));
        }
    }
}
