# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificate authorities of the tests, made with openssl: keys, certificates of any dates and kinds, revocations."""
import datetime
import os
import subprocess

CONFIGURATION = """
[ca]
default_ca = authority
[authority]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
unique_subject = no
preserve = yes
email_in_dn = no
policy = any
default_md = sha256
default_days = 30
default_crl_days = 30
[any]
countryName = optional
organizationName = optional
commonName = supplied
"""
CA_EXTENSIONS = "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign\n"


def openssl(*words, text=None):
    """Runs openssl to a good end; its output."""
    done = subprocess.run(["openssl", *words], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {' '.join(words)}: {done.stderr}")
    return done.stdout


def make_key(file, kind):
    """A private key: "P-256", "P-384" … or the bits of an RSA key."""
    options = (["-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{kind}"] if isinstance(kind, int) else
               ["-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{kind}"])
    openssl("genpkey", *options, "-out", file)


def date(days):
    """So many days from now, as openssl wants it."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


def read(file):
    with open(file, encoding="ascii") as text:
        return text.read()


class Identity:
    """A certificate and its key, as files."""

    def __init__(self, certificate, key):
        self.certificate, self.key = certificate, key

    def of_listener(self):
        """As a workspace names it."""
        return {"source": "files", "certificateFile": self.certificate, "privateKeyFile": self.key}

    def fact(self, option):
        """What `openssl x509 -<option>` says, without the name of the fact."""
        return openssl("x509", "-in", self.certificate, "-noout", f"-{option}",
                       "-nameopt", "RFC2253").strip().split("=", 1)[1]

    def moment(self, option):
        """Its startdate or enddate."""
        return datetime.datetime.strptime(self.fact(option), "%b %d %H:%M:%S %Y GMT")


class Authority(Identity):
    """A CA, of its own or below another one. Its certificates share a key of each kind: making them is slow."""

    def __init__(self, folder, name, parent=None, key="P-256"):
        self.keys = {}
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        with open(os.path.join(self.folder, "index.txt"), "w", encoding="ascii"):
            pass
        self.configuration = self.write("ca.cnf", CONFIGURATION.format(folder=self.folder))
        super().__init__(os.path.join(self.folder, "ca.crt"), os.path.join(self.folder, "ca.key"))
        make_key(self.key, key)
        (parent or self).sign(self, f"/CN={name}", CA_EXTENSIONS, *([] if parent else ["-selfsign"]))

    def write(self, name, text):
        file = os.path.join(self.folder, name)
        with open(file, "w", encoding="ascii") as out:
            out.write(text)
        return file

    def sign(self, identity, subject, extensions, *options):
        request = self.write("request.csr", openssl("req", "-new", "-key", identity.key, "-subj", subject))
        openssl("ca", "-batch", "-notext", "-config", self.configuration, "-cert", self.certificate,
                "-keyfile", self.key, "-in", request, "-out", identity.certificate,
                "-extfile", self.write("extensions.cnf", extensions), *options)

    def issue(self, subject, names=(), key="P-256", hash="sha256",  # pylint: disable=redefined-builtin
              days=(-1, 30), extensions=""):
        """A new certificate; `subject` is a common name or begins with a slash. Days: from when until when."""
        if key not in self.keys:
            self.keys[key] = self.write(f"{key}.key", "")
            make_key(self.keys[key], key)
        number = len(os.listdir(self.folder))
        identity = Identity(os.path.join(self.folder, f"issued-{number}.crt"), self.keys[key])
        alternatives = ", ".join(f"DNS:{name}" for name in names)
        extensions += f"subjectAltName = {alternatives}\n" if names else "basicConstraints = CA:FALSE\n"
        self.sign(identity, subject if subject.startswith("/") else f"/CN={subject}", extensions, "-md", hash,
                  "-startdate", date(days[0]), "-enddate", date(days[1]))
        return identity

    def chain(self, identity):
        """A file with the identity's certificate and this authority's."""
        return self.write(f"chain-{os.path.basename(identity.certificate)}",
                          read(identity.certificate) + read(self.certificate))

    def revoke(self, *identities):
        """The file of the revocation list."""
        for identity in identities:
            self.call("-revoke", identity.certificate)
        file = os.path.join(self.folder, "list.crl")
        self.call("-gencrl", "-out", file)
        return file

    def call(self, *words):
        openssl("ca", "-config", self.configuration, "-cert", self.certificate, "-keyfile", self.key, *words)
