"""Lets Docker Cloud's clients, written for Python 2, run unmodified on Python 3.

Python imports a module of this name at start-up, before anything else, from PYTHONPATH. Each part below gives back
one thing that Python 2 had and the clients lean on; what works on Python 3 already keeps working as before.
"""
import base64
import builtins
import codecs
import importlib
import importlib.abc
import importlib.util
import io
import sys
import urllib.parse

builtins.basestring = str
builtins.raw_input = input


# The clients encode "user:key" and put the result into a header: text in, text out.
def b64encode(data, altchars=None, encode=base64.b64encode):
    return encode(data.encode(), altchars).decode() if isinstance(data, str) else encode(data, altchars)


base64.b64encode = b64encode


# The SDK joins its host, which is text, with a path that it has encoded to bytes.
def urljoin(base, url, allow_fragments=True, join=urllib.parse.urljoin):
    if isinstance(base, str) and isinstance(url, bytes):
        url = url.decode()
    return join(base, url, allow_fragments)


urllib.parse.urljoin = urljoin


# The CLI wraps its standard output, which was a stream of bytes and is one of text by now.
def getwriter(encoding, getwriter=codecs.getwriter):
    class Writer(getwriter(encoding)):
        def __new__(cls, stream, errors="strict"):
            return stream if isinstance(stream, io.TextIOBase) else super().__new__(cls)

    return Writer


codecs.getwriter = getwriter


# The CLI imports modules of its own by their bare names: imports used to look beside the importing file first.
class Siblings(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name in ("exceptions", "interpolation"):
            return importlib.util.spec_from_loader(name, self)

    def exec_module(self, module):
        sys.modules[module.__name__] = importlib.import_module("dockercloudcli." + module.__name__)


sys.meta_path.append(Siblings())
