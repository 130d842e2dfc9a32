# EPT fill-around (emulated machine)
# Makes ablation-ept-fill.svg and ablation-ept-fill.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,354 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,708 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-ept-fill.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold EPT fill-around}" at screen 0.012, screen 0.9492 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.8870 left
set label "ept.fill=1" at screen 0.024, screen 0.8249 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "ept.fill=8" at screen 0.181, screen 0.8249 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "ept.fill=64" at screen 0.339, screen 0.8249 left noenhanced font ",12" point pt 9 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "ept.fill=512" at screen 0.507, screen 0.8249 left noenhanced font ",12" point pt 13 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set multiplot
set yrange [-4.60:0]
set lmargin at screen 0.370
set tmargin at screen 0.6497
set bmargin at screen 0.2090
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "sparse-stride: first-touch" -2.90, "random: first-touch" -3.90)
set label "{/:Bold EPT}" at screen 0.012, first -0.90 left front
set rmargin at screen 0.545
set logscale x 10
set xrange [0.7:2500]
set xtics ("1" 1, "100" 100) font ",11"
set label "instructions\nper operation" at screen 0.370, graph 1 offset 0,1.4 left font ",12"
plot "ablation-ept-fill.tsv" using (column("cost low")):(column("y")):(column("cost span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-ept-fill.tsv" using (column("cost ept ept.fill=512")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-ept-fill.tsv" using (column("cost ept ept.fill=64")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-ept-fill.tsv" using (column("cost ept ept.fill=8")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-ept-fill.tsv" using (column("cost ept ept.fill=1")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle
unset label
set yrange [-4.60:0]
set lmargin at screen 0.575
set tmargin at screen 0.6497
set bmargin at screen 0.2090
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "sparse-stride: first-touch" -2.90, "random: first-touch" -3.90)
unset ytics
set rmargin at screen 0.750
unset logscale x
set xrange [-0.0575:1.15]
set xtics 0,0.5 font ",11"
set label "exits\nper operation" at screen 0.575, graph 1 offset 0,1.4 left font ",12"
plot "ablation-ept-fill.tsv" using (column("exits low")):(column("y")):(column("exits span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-ept-fill.tsv" using (column("exits ept ept.fill=512")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-ept-fill.tsv" using (column("exits ept ept.fill=64")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-ept-fill.tsv" using (column("exits ept ept.fill=8")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-ept-fill.tsv" using (column("exits ept ept.fill=1")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle
unset label
set yrange [-4.60:0]
set lmargin at screen 0.780
set tmargin at screen 0.6497
set bmargin at screen 0.2090
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "sparse-stride: first-touch" -2.90, "random: first-touch" -3.90)
unset ytics
set rmargin at screen 0.955
unset logscale x
set xrange [-0.005:0.1]
set xtics 0,0.05 font ",11"
set label "flushes\nper operation" at screen 0.780, graph 1 offset 0,1.4 left font ",12"
plot "ablation-ept-fill.tsv" using (column("executed low")):(column("y")):(column("executed span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-ept-fill.tsv" using (column("executed ept ept.fill=512")):(column("y")+-0.27) with points pt 13 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-ept-fill.tsv" using (column("executed ept ept.fill=64")):(column("y")+-0.09) with points pt 9 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-ept-fill.tsv" using (column("executed ept ept.fill=8")):(column("y")+0.09) with points pt 7 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle, \
  "ablation-ept-fill.tsv" using (column("executed ept ept.fill=1")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#0060a8" notitle
unset multiplot
unset output
}
