"""The same feed as feed.mjs and feed.java: reads lines `type value rating confidence tag`, and delivers them to the hub as one batch."""

import ctypes
import json
import os
import urllib.request

TEXT = "utf-8"


def main():
    given = parameters()
    with urllib.request.urlopen(given["source"], timeout=20) as answer:
        lines = answer.read().decode(TEXT).split("\n")
    indicators = [indicator(*line.split(" ")) for line in lines if line]
    config = {
        "action": "Create",
        "owner": given["tc_owner"],
        "attributeWriteType": "Replace",
        "tagWriteType": "Replace",
        "securityLabelWriteType": "Replace",
        "haltOnError": "false",
        "playbookTriggersEnabled": "false",
        "version": "V2",
    }
    status = submit(given, config, {"indicator": indicators})
    assert status["status"] == "Completed" and status["errorCount"] == 0, status
    with open(os.path.join(given["tc_out_path"], "message.tc"), "w", encoding=TEXT) as file:
        file.write(f"{status['successCount']} indicators\n")


def indicator(kind, value, rating, confidence, tag):
    return {"type": kind, "summary": value, "rating": int(rating), "confidence": int(confidence), "tag": [{"name": tag}]}


def submit(given, config, content):
    body = b""
    for name, value in (("config", config), ("content", content)):
        head = f'--batch\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
        body += head.encode(TEXT) + json.dumps(value).encode(TEXT) + b"\r\n"
    request = urllib.request.Request(
        given["tc_api_path"] + "/v2/batch/createAndUpload?includeAdditional=true",
        data=body + b"--batch--\r\n",
        headers={
            "Authorization": "TC-Token " + given["tc_token"],
            "Content-Type": "multipart/form-data; boundary=batch",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["data"]["batchStatus"]


def parameters():
    """AES-128-CBC with an IV of zeros, by the libcrypto that Python itself is linked with: the standard library has no cipher."""
    path = os.environ["TC_APP_PARAM_FILE"]
    key = os.environ["TC_APP_PARAM_KEY"].encode(TEXT)
    with open(path, "rb") as file:
        sealed = file.read()
    os.remove(path)
    crypto = libcrypto()
    crypto.EVP_CIPHER_CTX_new.restype = crypto.EVP_aes_128_cbc.restype = ctypes.c_void_p
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    cipher = ctypes.c_void_p(crypto.EVP_aes_128_cbc())
    assert crypto.EVP_DecryptInit_ex(context, cipher, None, key, bytes(16)) == 1
    opened = ctypes.create_string_buffer(len(sealed) + 16)
    length, rest = ctypes.c_int(), ctypes.c_int()
    assert crypto.EVP_DecryptUpdate(context, opened, ctypes.byref(length), sealed, len(sealed)) == 1
    end = ctypes.byref(opened, length.value)
    assert crypto.EVP_DecryptFinal_ex(context, end, ctypes.byref(rest)) == 1
    return json.loads(opened.raw[: length.value + rest.value])


def libcrypto():
    for name in ("libcrypto.so.3", "libcrypto.so.1.1"):
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise OSError("there is no libcrypto")


main()
