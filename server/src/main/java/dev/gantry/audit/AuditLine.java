package dev.gantry.audit;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/**
 * A line of the audit log. docs/security.md describes each field. Values come from callers, so they are cut off: a line
 * has less than {@link #LONGEST} bytes.
 */
public final class AuditLine {

    /** The moment that a line is about. */
    public enum Stage {
        /** The call is about to be handled. */
        BEGUN,
        /** A node has read something in its session, or was refused. */
        READ,
        /** The call has ended, or it was refused. */
        ENDED,
        /** Lines are missing before this one. */
        GAP;

        private String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** No line has as many bytes. */
    static final int LONGEST = 64 * 1024;

    private static final int LONGEST_VALUE = 512;
    private static final int LONGEST_REASON = 1024;
    private static final int MOST_OBJECTS = 16;

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    private final JsonObject json = new JsonObject();

    /**
     * Begins a line.
     *
     * @param time when it is written
     * @param stage the moment that it is about
     */
    public AuditLine(Instant time, Stage stage) {
        json.addProperty("time", time.truncatedTo(ChronoUnit.MILLIS).toString());
        json.addProperty("stage", stage.word());
    }

    /** Says how many lines are missing before this one, and why. */
    static AuditLine gap(Instant time, long lost, String reason) {
        return new AuditLine(time, Stage.GAP).lost(lost).reason(reason);
    }

    /**
     * Names the call.
     *
     * @param callId joins the lines of one call; no two calls have the same one
     * @param rpc the method, such as {@code gantry.v1.JobService/SubmitJob}
     * @return this
     */
    public AuditLine call(String callId, String rpc) {
        json.addProperty("call_id", callId);
        json.addProperty("rpc", rpc);
        return this;
    }

    /**
     * Names the token of the caller.
     *
     * @param accessorId its accessor id
     * @param name its name; may be empty
     * @param type its type, as a word
     * @return this
     */
    public AuditLine token(String accessorId, String name, String type) {
        json.addProperty("accessor_id", accessorId);
        if (!name.isEmpty()) {
            json.addProperty("token_name", cut(name, LONGEST_VALUE));
        }
        json.addProperty("token_type", type);
        return this;
    }

    /**
     * Says where the call came from.
     *
     * @param address the address and port of the caller
     * @param certificate the role in the certificate that it has shown; empty if it has shown none
     * @return this
     */
    public AuditLine peer(String address, Optional<String> certificate) {
        json.addProperty("peer", cut(address, LONGEST_VALUE));
        certificate.ifPresent(role -> json.addProperty("certificate", cut(role, LONGEST_VALUE)));
        return this;
    }

    /**
     * Says what the call was about.
     *
     * @param objects names of objects, by the name of the field that holds them
     * @return this
     */
    public AuditLine object(Map<String, String> objects) {
        JsonObject object = new JsonObject();
        objects.entrySet().stream()
                .limit(MOST_OBJECTS)
                .forEach(entry -> object.addProperty(entry.getKey(), cut(entry.getValue(), LONGEST_VALUE)));
        if (object.size() > 0) {
            json.add("object", object);
        }
        return this;
    }

    /**
     * Gives the id that the caller has given its request.
     *
     * @param requestId the id; empty if there is none
     * @return this
     */
    public AuditLine requestId(String requestId) {
        if (!requestId.isEmpty()) {
            json.addProperty("request_id", cut(requestId, LONGEST_VALUE));
        }
        return this;
    }

    /**
     * Says what a question in a session has led to.
     *
     * @param status the name of its gRPC status
     * @param reason why it has failed; empty if it has not
     * @return this
     */
    public AuditLine result(String status, String reason) {
        json.addProperty("status", status);
        return reason(reason);
    }

    /**
     * Says how the call has ended.
     *
     * @param status the name of its gRPC status
     * @param reason why it has failed; empty if it has not, or if that could quote a secret
     * @param duration how long it has taken
     * @return this
     */
    public AuditLine outcome(String status, String reason, Duration duration) {
        json.addProperty("status", status);
        json.addProperty("duration_ms", duration.toMillis());
        return reason(reason);
    }

    /**
     * Says how many lines are missing before this one.
     *
     * @param lines the number; nothing is said of 0
     * @return this
     */
    public AuditLine lost(long lines) {
        if (lines > 0) {
            json.addProperty("lost", lines);
        }
        return this;
    }

    private AuditLine reason(String reason) {
        if (!reason.isEmpty()) {
            json.addProperty("reason", cut(reason, LONGEST_REASON));
        }
        return this;
    }

    /** Returns the line with its end. JSON escapes all line breaks in values. */
    String text() {
        return GSON.toJson(json) + "\n";
    }

    /** Cuts off a text after a number of UTF-16 units: each of them becomes 6 bytes of JSON at most. */
    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest) + "…";
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
