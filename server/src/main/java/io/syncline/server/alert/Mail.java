package io.syncline.server.alert;

import static java.time.ZoneOffset.UTC;

import io.syncline.server.model.AlertChannel;
import jakarta.mail.Authenticator;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.time.format.DateTimeFormatter;
import java.util.Properties;

/// Hands alerts in at a mail server.
final class Mail {
    private static final String LIMIT_MILLIS = "10000";

    String send(AlertChannel channel, String password, Message message) {
        MailServer server = MailServer.parse(channel.mail());
        try {
            MimeMessage mail = new MimeMessage(session(server, password));
            mail.setFrom(new InternetAddress(server.from()));
            mail.setRecipients(
                    jakarta.mail.Message.RecipientType.TO,
                    InternetAddress.parse(channel.address()));
            mail.setSubject(message.line().lines().findFirst().orElse("Syncline"), "UTF-8");
            mail.setText(
                    message.line() + "\n\nRule: " + message.rule() + "\nAt: " + message.at() + "\n",
                    "UTF-8");
            mail.setHeader(
                    "Date",
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(message.at().atOffset(UTC)));
            Transport.send(mail);
            return "told";
        } catch (MessagingException e) {
            return "the mail server was not told: " + Trouble.words(e);
        }
    }

    private static Session session(MailServer server, String password) {
        Properties properties = new Properties();
        String protocol = "smtp";
        properties.put("mail." + protocol + ".host", server.host());
        properties.put("mail." + protocol + ".port", Integer.toString(server.port()));
        properties.put("mail." + protocol + ".connectiontimeout", LIMIT_MILLIS);
        properties.put("mail." + protocol + ".timeout", LIMIT_MILLIS);
        properties.put("mail." + protocol + ".writetimeout", LIMIT_MILLIS);
        properties.put("mail." + protocol + ".ssl.enable", Boolean.toString(server.tls()));
        properties.put("mail." + protocol + ".ssl.checkserveridentity", "true");
        properties.put("mail." + protocol + ".starttls.enable", "true");
        // A password goes over an encrypted connection or not at all.
        properties.put(
                "mail." + protocol + ".starttls.required",
                Boolean.toString(!server.tls() && !password.isEmpty()));
        properties.put("mail." + protocol + ".auth", Boolean.toString(!password.isEmpty()));
        return Session.getInstance(
                properties,
                new Authenticator() {
                    @Override
                    protected PasswordAuthentication getPasswordAuthentication() {
                        return new PasswordAuthentication(server.user(), password);
                    }
                });
    }
}
