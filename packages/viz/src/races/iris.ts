/** Petals of 50 versicolor and 50 virginica irises: length and width in millimetres, two digits each (Fisher, 1936). */
const petals =
  "4714 4515 4915 4013 4615 4513 4716 3310 4613 3914 3510 4215 4010 4714 3613 4414 4515 4110 4515 3911 4818 4013 4915 4712 4313 4414 4814 5017 4515 3510 3811 3710 3912 5116 4515 4516 4715 4413 4113 4013 4412 4614 4012 3310 4213 4212 4213 4313 3011 4113 6025 5119 5921 5618 5822 6621 4517 6318 5818 6125 5120 5319 5521 5020 5124 5323 5518 6722 6923 5015 5723 4920 6720 4918 5721 6018 4818 4918 5621 5816 6119 6420 5622 5115 5614 6123 5624 5518 4818 5421 5624 5123 5119 5923 5725 5223 5019 5220 5423 5118";

/** Length and width in centimetres, centred, and whether it is virginica. */
export const iris: readonly { readonly x: readonly [number, number]; readonly label: 0 | 1 }[] = petals
  .split(" ")
  .map((text, i) => ({
    x: [Number(text.slice(0, 2)) / 10 - 4.9, Number(text.slice(2)) / 10 - 1.7],
    label: i < 50 ? 0 : 1,
  }));
