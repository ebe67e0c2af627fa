package dev.gantry.cluster.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.access.Caller;
import dev.gantry.access.PolicyGrants;
import dev.gantry.cluster.InvalidFieldException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.access.AccessRegistry.NewToken;
import dev.gantry.cluster.access.AccessRegistry.TokenOptions;
import dev.gantry.store.Store;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.AclTokenType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests tokens and policies on a store on disk. */
@Timeout(60)
class AccessRegistryTest {

    @TempDir
    Path dir;

    private volatile Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private Store store;
    private AccessRegistry registry;
    private AccessControl control;

    @BeforeEach
    void open() {
        store = Store.open(dir);
        registry = new AccessRegistry(store, () -> now, new SecureRandom());
        control = new AccessControl(store.reader().access(), PolicyGrants::of, () -> now);
        store.listen(control::publish);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_secret_finds_its_token_as_soon_as_the_token_is_made_and_after_a_restart() {
        NewToken made = create(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT);

        assertThat(holder(made.secret())).contains(made.token());
        assertThat(made.secret()).matches("gantry_[A-Za-z0-9_-]{43}");
        close();
        open();
        assertThat(holder(made.secret())).contains(made.token());
        assertThat(control.authenticate(made.secret() + "x")).isEmpty();
        assertThat(control.authenticate("")).isEmpty();
        assertThat(control.authenticate("x".repeat(100_000))).isEmpty();
    }

    @Test
    void the_database_has_no_secret() throws IOException {
        NewToken made = create(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT);
        close();

        for (Path file : files()) {
            assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                    .as(file.toString())
                    .doesNotContain(made.secret().substring(7));
        }
        open();
    }

    @Test
    void a_client_token_allows_what_its_policies_allow_at_this_moment() {
        apply("reader", AclCapability.ACL_CAPABILITY_READ);
        NewToken made = join(registry.create(client("reader")));
        Caller caller = control.authenticate(made.secret()).orElseThrow();
        assertThat(caller.grants().allows(AclCapability.ACL_CAPABILITY_READ, "web"))
                .isTrue();
        assertThat(caller.grants().allows(AclCapability.ACL_CAPABILITY_STOP, "web"))
                .isFalse();

        apply("reader", AclCapability.ACL_CAPABILITY_STOP);

        Caller present = control.present(caller).orElseThrow();
        assertThat(present.grants().allows(AclCapability.ACL_CAPABILITY_READ, "web"))
                .isFalse();
        assertThat(present.grants().allows(AclCapability.ACL_CAPABILITY_STOP, "web"))
                .isTrue();

        join(registry.deletePolicy("reader"));
        assertThat(control.present(caller).orElseThrow().grants().allows(AclCapability.ACL_CAPABILITY_STOP, "web"))
                .isFalse();
    }

    @Test
    void only_a_management_token_manages_and_a_join_token_allows_nothing() {
        Caller management = control.authenticate(
                        create(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT).secret())
                .orElseThrow();
        Caller joining = control.authenticate(
                        create(AclTokenType.ACL_TOKEN_TYPE_JOIN).secret())
                .orElseThrow();

        assertThat(management.grants().isManagement()).isTrue();
        assertThat(joining.grants().isManagement()).isFalse();
        assertThat(joining.grants().allows(AclCapability.ACL_CAPABILITY_LIST, "web"))
                .isFalse();
    }

    @Test
    void a_token_that_has_ended_is_unknown_and_makes_room_for_others() {
        NewToken brief = join(registry.create(new TokenOptions(
                "brief", AclTokenType.ACL_TOKEN_TYPE_JOIN, List.of(), Optional.of(Duration.ofMinutes(1)))));
        Caller caller = control.authenticate(brief.secret()).orElseThrow();

        now = now.plusSeconds(60);

        assertThat(control.authenticate(brief.secret())).isEmpty();
        assertThat(control.present(caller)).isEmpty();
        create(AclTokenType.ACL_TOKEN_TYPE_JOIN);
        assertThat(control.token(brief.token().getAccessorId())).isEmpty();
    }

    @Test
    void a_deleted_token_is_unknown_and_listeners_hear_of_it_when_it_is() {
        create(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT);
        NewToken made = create(AclTokenType.ACL_TOKEN_TYPE_JOIN);
        Caller caller = control.authenticate(made.secret()).orElseThrow();
        List<Optional<Caller>> heard = new ArrayList<>();
        control.listen(() -> heard.add(control.present(caller)));

        join(registry.delete(made.token().getAccessorId()));

        assertThat(heard).containsExactly(Optional.empty());
        assertThat(control.authenticate(made.secret())).isEmpty();
        assertThatThrownBy(() -> join(registry.delete(made.token().getAccessorId())))
                .hasCauseInstanceOf(UnknownObjectException.class);
    }

    @Test
    void the_last_management_token_that_does_not_end_stays() {
        NewToken only = create(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT);
        join(registry.create(new TokenOptions(
                "brief", AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT, List.of(), Optional.of(Duration.ofDays(1)))));
        String id = only.token().getAccessorId();

        assertThatThrownBy(() -> join(registry.delete(id)))
                .hasCauseInstanceOf(RefusedException.class)
                .hasMessageContaining("the last management token that does not end; make another one first");

        create(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT);
        join(registry.delete(id));
        assertThat(control.authenticate(only.secret())).isEmpty();
    }

    @Test
    void an_update_keeps_the_secret_and_needs_policies_that_exist() {
        apply("one", AclCapability.ACL_CAPABILITY_READ);
        apply("two", AclCapability.ACL_CAPABILITY_STOP);
        NewToken made = join(registry.create(client("one")));
        String id = made.token().getAccessorId();

        AclToken updated = join(registry.update(id, "renamed", List.of("two")));

        assertThat(holder(made.secret())).contains(updated);
        assertThat(updated.getName()).isEqualTo("renamed");
        assertThat(updated.getModifyIndex()).isGreaterThan(made.token().getModifyIndex());
        assertThatThrownBy(() -> join(registry.update(id, "renamed", List.of("two", "three"))))
                .hasCauseInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("there is no policy \"three\": apply it first");
        assertThatThrownBy(() -> join(registry.update(id, "renamed", List.of())))
                .hasCauseInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("a client token needs a policy");
    }

    @Test
    void a_policy_that_is_applied_unchanged_keeps_its_index() {
        AclPolicy first = apply("same", AclCapability.ACL_CAPABILITY_READ);

        assertThat(apply("same", AclCapability.ACL_CAPABILITY_READ)).isEqualTo(first);
        AclPolicy changed = apply("same", AclCapability.ACL_CAPABILITY_STOP);
        assertThat(changed.getCreateIndex()).isEqualTo(first.getCreateIndex());
        assertThat(changed.getModifyIndex()).isGreaterThan(first.getModifyIndex());
        assertThat(control.policy("same")).contains(changed);
    }

    private Optional<AclToken> holder(String secret) {
        return control.authenticate(secret).map(caller -> ((Caller.Holder) caller).token());
    }

    private NewToken create(AclTokenType type) {
        return join(registry.create(new TokenOptions("", type, List.of(), Optional.empty())));
    }

    private static TokenOptions client(String policy) {
        return new TokenOptions("", AclTokenType.ACL_TOKEN_TYPE_CLIENT, List.of(policy), Optional.empty());
    }

    private AclPolicy apply(String name, AclCapability capability) {
        return join(registry.apply(AclPolicy.newBuilder()
                .setName(name)
                .addJobs(AclJobRule.newBuilder().setJobGlob("*").addCapabilities(capability))
                .build()));
    }

    private List<Path> files() throws IOException {
        try (var all = Files.list(dir)) {
            return all.toList();
        }
    }

    private static <T> T join(CompletableFuture<T> future) {
        return future.orTimeout(30, java.util.concurrent.TimeUnit.SECONDS).join();
    }
}
