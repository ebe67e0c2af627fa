package dev.gantry.client;

import dev.gantry.v1.Check;
import dev.gantry.v1.CheckHeader;
import dev.gantry.v1.CheckRestart;
import dev.gantry.v1.CheckType;
import java.time.Duration;
import java.util.List;

/**
 * Builds a health check of a service; see {@link Jobs#tcpCheck}, {@link Jobs#httpCheck}, {@link Jobs#grpcCheck} and
 * {@link Jobs#scriptCheck}.
 */
public final class CheckBuilder {

    private final Check.Builder check;

    CheckBuilder(CheckType type) {
        this.check = Check.newBuilder().setType(type);
    }

    /**
     * Sets the check's name. Default: made from the service's name and the type.
     *
     * @param name unique in the service
     * @return this
     */
    public CheckBuilder name(String name) {
        check.setName(name);
        return this;
    }

    /**
     * Checks another port of the task. Default: the service's.
     *
     * @param label the port's label
     * @return this
     */
    public CheckBuilder port(String label) {
        check.setPort(label);
        return this;
    }

    /**
     * Sets the method of an HTTP check. Default: GET.
     *
     * @param method such as {@code HEAD}
     * @return this
     */
    public CheckBuilder method(String method) {
        check.setMethod(method);
        return this;
    }

    /**
     * Adds a header to an HTTP check.
     *
     * @param name the header's name, such as {@code Authorization}
     * @param values its values, at least one
     * @return this
     */
    public CheckBuilder header(String name, String... values) {
        check.addHeaders(CheckHeader.newBuilder().setName(name).addAllValues(List.of(values)));
        return this;
    }

    /**
     * Uses TLS in an HTTP or gRPC check.
     *
     * @param skipsVerification true if any certificate is accepted
     * @return this
     */
    public CheckBuilder tls(boolean skipsVerification) {
        check.setTlsSkipVerify(skipsVerification);
        if (check.getType() == CheckType.CHECK_TYPE_GRPC) {
            check.setGrpcUseTls(true);
        } else {
            check.setProtocol("https");
        }
        return this;
    }

    /**
     * Lets the check count as passing from the start of its task until it has failed.
     *
     * @return this
     */
    public CheckBuilder passingInitially() {
        check.setPassesInitially(true);
        return this;
    }

    /**
     * Sets the interval and the timeout of the check. Default: 10 s and 2 s.
     *
     * @param interval 1 s or more
     * @param timeout 100 ms or more
     * @return this
     */
    public CheckBuilder every(Duration interval, Duration timeout) {
        check.setInterval(ProtoDurations.of(interval)).setTimeout(ProtoDurations.of(timeout));
        return this;
    }

    /**
     * Restarts the task when the check fails repeatedly.
     *
     * @param limit the number of failures in a row, 1 or more
     * @param grace how long after a start of the task failures are not counted
     * @return this
     */
    public CheckBuilder restartAfter(int limit, Duration grace) {
        check.setCheckRestart(CheckRestart.newBuilder().setLimit(limit).setGrace(ProtoDurations.of(grace)));
        return this;
    }

    CheckBuilder path(String path) {
        check.setPath(path);
        return this;
    }

    CheckBuilder grpcService(String service) {
        check.setGrpcService(service);
        return this;
    }

    CheckBuilder command(String command, String... arguments) {
        check.setCommand(command).addAllArgs(List.of(arguments));
        return this;
    }

    /** Builds the check. */
    Check build() {
        return check.build();
    }
}
