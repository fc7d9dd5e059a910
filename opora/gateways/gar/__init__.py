"""The state address register as its operator delivers it: XML in folders of regions, or the same in one archive.

Implements `registry.addresses.transports.Source`. Reads file by file, and each as a stream.
"""
