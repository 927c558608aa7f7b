package io.syncline.server.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A user of the console without a browser: asks for pages, and sends their forms.
final class Visitor {
    private static final String FORM = "application/x-www-form-urlencoded";

    private final Api anybody;
    private final String cookie;
    private final String csrf;

    private Visitor(Api anybody, String cookie, String csrf) {
        this.anybody = anybody;
        this.cookie = cookie;
        this.csrf = csrf;
    }

    static Visitor logIn(Api anybody, String user, String password) {
        Api.Answer answer =
                anybody.send("POST", "/login", encoded("user", user, "password", password), FORM);
        assertThat(answer.status()).isEqualTo(303);
        String cookie =
                answer.response()
                        .headers()
                        .firstValue("Set-Cookie")
                        .orElseThrow()
                        .split(";", -1)[0];
        String page = anybody.send("GET", "/tasks", null, FORM, "Cookie", cookie).text();
        return new Visitor(
                anybody,
                cookie,
                page.replaceAll("(?s).*name=\"csrf\" content=\"([^\"]+)\".*", "$1"));
    }

    Api.Answer get(String path) {
        return anybody.send("GET", path, null, FORM, "Cookie", cookie);
    }

    /// Sends a form.
    ///
    /// @param fields names and values by turns
    Api.Answer post(String path, String... fields) {
        List<String> all = new ArrayList<>(List.of("csrf", csrf));
        all.addAll(List.of(fields));
        return anybody.send(
                "POST", path, encoded(all.toArray(String[]::new)), FORM, "Cookie", cookie);
    }

    /// The value of a page's hidden field.
    static String hidden(Api.Answer page, String name) {
        Matcher matcher =
                Pattern.compile("<input type=\"hidden\" name=\"" + name + "\" value=\"([^\"]*)\">")
                        .matcher(page.text());
        assertThat(matcher.find()).as(name + " in " + page.text()).isTrue();
        return matcher.group(1);
    }

    private static String encoded(String... fields) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            text.append(i == 0 ? "" : "&")
                    .append(URLEncoder.encode(fields[i], UTF_8))
                    .append('=')
                    .append(URLEncoder.encode(fields[i + 1], UTF_8));
        }
        return text.toString();
    }
}
