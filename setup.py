"""The compiled path is optional: without a compiler its NumPy twin gives the same bytes."""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "powerchannel._kernels._core",
            ["src/powerchannel/_kernels/_core.c"],
            define_macros=[("Py_LIMITED_API", "0x030b0000")],
            extra_compile_args=["-O3", "-ffp-contract=off"],
            py_limited_api=True,
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
