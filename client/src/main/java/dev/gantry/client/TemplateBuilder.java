package dev.gantry.client;

import dev.gantry.v1.Template;
import dev.gantry.v1.TemplateChangeMode;
import java.time.Duration;

/** Builds a file of a task that its node renders; see {@link Jobs#template} and {@link Jobs#templateFile}. */
public final class TemplateBuilder {

    private final Template.Builder template;

    TemplateBuilder(Template.Builder template) {
        this.template = template;
    }

    /**
     * Makes the file's lines {@code NAME=VALUE} environment variables of the task.
     *
     * @return this
     */
    public TemplateBuilder env() {
        template.setEnv(true);
        return this;
    }

    /**
     * Sets the mode of the file. Default: 0644.
     *
     * @param perms three octal digits, such as {@code 0640}
     * @return this
     */
    public TemplateBuilder perms(String perms) {
        template.setPerms(perms);
        return this;
    }

    /**
     * Gives the file to a user and a group. Default: those of the node.
     *
     * @param uid the number of the user, 0 or more
     * @param gid the number of the group, 0 or more
     * @return this
     */
    public TemplateBuilder owner(int uid, int gid) {
        template.setUid(uid).setGid(gid);
        return this;
    }

    /**
     * Sends the running task a signal when the file has changed. Default: the task is restarted.
     *
     * @param signal the signal, such as {@code SIGHUP}
     * @return this
     */
    public TemplateBuilder signalOnChange(String signal) {
        template.setChangeMode(TemplateChangeMode.TEMPLATE_CHANGE_MODE_SIGNAL).setChangeSignal(signal);
        return this;
    }

    /**
     * Does nothing to the running task when the file has changed. Default: the task is restarted.
     *
     * @return this
     */
    public TemplateBuilder noopOnChange() {
        template.setChangeMode(TemplateChangeMode.TEMPLATE_CHANGE_MODE_NOOP);
        return this;
    }

    /**
     * Sets the longest random wait between a change and the restart or the signal. Default: 5 s.
     *
     * @param splay 0 or more
     * @return this
     */
    public TemplateBuilder splay(Duration splay) {
        template.setSplay(ProtoDurations.of(splay));
        return this;
    }

    /**
     * Sets what begins and ends actions. Default: <code>{{</code> and <code>}}</code>.
     *
     * @param left such as <code>[[</code>
     * @param right such as <code>]]</code>
     * @return this
     */
    public TemplateBuilder delimiters(String left, String right) {
        template.setLeftDelimiter(left).setRightDelimiter(right);
        return this;
    }

    /**
     * Makes a key that a map lacks an error, instead of {@code <no value>}.
     *
     * @return this
     */
    public TemplateBuilder errorOnMissingKey() {
        template.setErrorOnMissingKey(true);
        return this;
    }

    Template build() {
        return template.build();
    }
}
